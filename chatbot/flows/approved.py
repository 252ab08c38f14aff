"""The approved answers of a model as they are now: loaded once, made again when its dataset has changed."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from chatbot.flows import datasets as dataset_story
from chatbot.flows import similar
from chatbot.flows.finetune import run_of
from chatbot.prompting.similar import Index
from chatbot.records import HomegrownError
from chatbot.store import answer_files, datasets, models
from chatbot.store.tables import Run

LOOK_EVERY = 10.0  # seconds between looks at whether a dataset has changed

log = logging.getLogger(__name__)
_loaded: dict[Path, tuple[int, Index]] = {}  # a memory of the disk, so every process may have its own
_looked_at: dict[Path, float] = {}
_loading = Lock()


def index_of(house: Any, model: str) -> Index | None:
    """None for base models and for those trained without approved answers; an earlier state has those of its training."""
    run = run_of(house, model)
    if run is None:
        return None
    place = answer_files.folder(house.settings.home, run.job_id)
    stamp = answer_files.stamp(place)
    if stamp is None:
        return None
    _watch(house, run, place)
    with _loading:
        if _loaded.get(place, (None,))[0] != stamp:
            _loaded[place] = (stamp, similar.load(house, place))
        return _loaded[place][1]


def forget(house: Any, model: str) -> None:
    """Delete the approved answers of a model that is no more."""
    run = models.run_of_model(house.store, model)
    if run:
        place = answer_files.folder(house.settings.home, run.job_id)
        answer_files.remove(place)
        _loaded.pop(place, None)


def _watch(house: Any, run: Run, place: Path) -> None:
    """Look now and then whether the index is what it should be; mend it in the background."""
    now = time.monotonic()
    if now - _looked_at.get(place, -LOOK_EVERY) < LOOK_EVERY:
        return
    _looked_at[place] = now
    facts = answer_files.current(place) or {}
    data = similar.data_of(datasets.get(house.store, run.dataset_id)) if run.dataset_id else ""
    if data and data != facts["data"]:
        Thread(target=_renew, args=(house, run, place, data), name=f"answers of {run.job_id}", daemon=True).start()
    elif not similar.complete(house, facts):
        similar.complete_beside(house, place)


def _renew(house: Any, run: Run, place: Path, data: str) -> None:
    with answer_files.alone(place) as alone:
        if not alone or (answer_files.current(place) or {}).get("data") == data:
            return
        try:
            examples = dataset_story.training_examples(house, datasets.get(house.store, run.dataset_id))
            similar.save(place, similar.learn(house, examples, similar.load(house, place)), data)
        except HomegrownError:
            log.exception("the approved answers of %s could not be brought up to date", run.fine_tuned_model)
