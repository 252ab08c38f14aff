"""Making the next version: of the draft, or of the same rows divided anew."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chatbot.data.parts import Shares
from chatbot.flows import draft as drafts
from chatbot.flows import rewriting, versions
from chatbot.flows.draft import Draft
from chatbot.flows.version_writer import Written
from chatbot.records import DataError, Message
from chatbot.store import dataset_files, dataset_versions, version_files
from chatbot.store.tables import Dataset
from chatbot.store.tables.data import DatasetVersion

LONGEST_NOTE = 200


def save(house: Any, dataset: Dataset, token: str, note: str, shares: Shares, user_id: int | None = None) -> DatasetVersion:
    """Write the draft as the next version. `token` is that of the draft the person saw; `note` says what was done.

    Raises DataError when something changed meanwhile, when there is nothing to save, and when the disk is full."""
    draft = drafts.load(house, dataset)
    with versions.alone(house, dataset.id):
        draft = drafts.load(house, dataset)
        old, number = draft.version, draft.version.number + 1
        if draft.token != token:
            raise DataError(dataset_versions.CHANGED)
        if not draft.rows and shares == versions.shares_of(old):
            raise DataError(Message("Nothing has changed since version %(n)s.", n=old.number))
        written = Written(**_write(house, draft, number, shares))
        said = Message(note.strip()[:LONGEST_NOTE].replace("%", "%%")) if note.strip() else summary(draft)
        facts = {name: value for name, value in old.facts.items() if name not in ("shares", "parts")}
        return versions.record(
            house, dataset, number, written, said, shares, token, parent=old.number, last_id=draft.last_id, created_by=user_id, facts=facts
        )


def summary(draft: Draft) -> Message:
    """What a draft does, as a sentence."""
    counts = draft.counts
    if not draft.rows:
        return Message("Divided anew into training, validation and test")
    return Message("%(edited)s edited, %(added)s added, %(deleted)s deleted", **{name: counts[name] for name in ("edited", "added", "deleted")})


def _write(house: Any, draft: Draft, number: int, shares: Shares) -> dict[str, Any]:
    old, home = draft.version, house.settings.home
    versions.opened(house, old).close()  # what is gone from the disk is said in this process
    places = {name: str(version_files.folder(home, old.dataset_id, each)) for name, each in (("old", old.number), ("new", number))}
    plan = {"number": number, "keep_parts": shares == versions.shares_of(old), "shares": asdict(shares), "changes": draft.as_json()}
    return rewriting.done(house, dataset_files.folder(home, old.dataset_id), old.n_rows, rewriting.change, **places, **plan)
