"""The approved answers of a model as they are now: loaded once, made again when its dataset has changed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from chatbot.flows import datasets as dataset_story
from chatbot.flows import similar
from chatbot.flows.beside import beside
from chatbot.flows.finetune import run_of
from chatbot.prompting.similar import Index
from chatbot.store import answer_files, datasets, models
from chatbot.store.tables import Run

LOOK_EVERY = 10.0  # seconds between looks at whether a dataset has changed

_loaded: dict[Path, tuple[int, Index]] = {}  # a memory of the disk, so every process may have its own
_looked_at: dict[Path, float] = {}


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
    kept = _loaded.get(place)
    if kept is None or kept[0] != stamp:
        index = similar.load(house, place)
        if index is None:  # deleted at this moment
            return None
        kept = _loaded[place] = (stamp, index)
    return kept[1]


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
    facts = answer_files.current(place)
    if facts is None:
        return
    data = similar.data_of(datasets.get(house.store, run.dataset_id)) if run.dataset_id else ""
    if data and data != facts["data"]:
        beside(_renew, house, run, place, data)
    elif not similar.complete(house, facts):
        similar.complete_beside(house, place)


def _renew(house: Any, run: Run, place: Path, data: str) -> None:
    with answer_files.alone(place) as alone:
        facts, known = answer_files.current(place), similar.load(house, place)
        if not alone or facts is None or known is None or facts["data"] == data:
            return
        examples = dataset_story.training_examples(house, datasets.get(house.store, run.dataset_id))
        index = similar.learn(house, examples, known)
        if known.vectors is not None and index.vectors is None:
            return  # the backend failed; the next look tries again, and until then the old answers are found well
        if answer_files.current(place) == facts:  # nobody deleted it meanwhile
            similar.save(place, index, data)
