"""The story of work in the background: one thing after the other, and it goes on after any stop."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from threading import Thread
from typing import Any, Callable, Generic, Iterator, TypeVar

from chatbot.records import HomegrownError
from chatbot.store.answer_files import alone
from chatbot.store.works import Works

SAVE_EVERY = 2.0  # seconds
Place = TypeVar("Place")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Background(Generic[Place]):
    """One kind of such work. `places` are those of a work that are still empty, `fill` puts something into one of them,
    `columns` is what is to be saved then."""

    name: str
    works: Works
    places: Callable[[Any], Iterator[Place]]
    fill: Callable[[Any, Any, Place], None]  # house, work, place
    columns: Callable[[Any], dict[str, Any]]

    def start(self, house: Any, work_id: str) -> None:
        """Work on it, unless another process or thread does already."""
        Thread(target=self._quietly, args=(house, work_id), name=f"{self.name} {work_id}", daemon=True).start()

    def start_unfinished(self, house: Any) -> None:
        """Go on with what a stop of the site left behind."""
        for work_id in self.works.unfinished(house.store):
            self.start(house, work_id)

    def work(self, house: Any, work_id: str) -> None:
        """Fill every place that is empty, until done or stopped. Raises HomegrownError."""
        with alone(house.settings.home / self.name / work_id) as is_alone:
            # once more when somebody stopped it and let it go on while a place was being filled
            while is_alone and self.works.move(house.store, work_id, "running") and (work := self.works.get(house.store, work_id)):
                self._fill_all(house, work)
                if not any(self.places(work)):
                    self.works.move(house.store, work_id, "done", out_of=("running", "stopped"))

    def _fill_all(self, house: Any, work: Any) -> None:
        saved_at = time.monotonic()
        for place in self.places(work):
            if self.works.status(house.store, work.id) != "running":
                break
            self.fill(house, work, place)
            if time.monotonic() - saved_at > SAVE_EVERY:
                self.works.keep(house.store, work.id, **self.columns(work))
                saved_at = time.monotonic()
        self.works.keep(house.store, work.id, **self.columns(work))

    def _quietly(self, house: Any, work_id: str) -> None:
        try:
            self.work(house, work_id)
        except HomegrownError as error:
            self.works.fail(house.store, work_id, str(error))
        except Exception:
            log.exception("work in the background broke off: %s", self.name)
            self.works.fail(house.store, work_id)
