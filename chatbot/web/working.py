"""Work on a dataset that is done aside, as a page shows it: a bar, what is being done, how long it takes, Cancel."""

from __future__ import annotations

import time
from typing import Any

from flask import render_template
from flask_babel import format_decimal, format_timedelta
from flask_babel import gettext as _

from chatbot.flows import dataset_work
from chatbot.flows.aside import Work
from chatbot.records import Message
from chatbot.store.tables import Dataset
from chatbot.web.i18n import say
from chatbot.web.offload import offload

PATIENCE = 1.0  # seconds a page waits before it shows a bar: most files are done by then
TOLD_FROM = 0.05  # share of the work from which the time left can be judged


def settled(house: Any, dataset: Dataset) -> tuple[Dataset, Work | None, Message | None]:
    """The dataset as it is now, the work that still goes on, and why work that has ended failed."""
    work = dataset_work.work(house, dataset, PATIENCE)
    if work is None or work.state == "running":
        return dataset, work, None
    dataset, error = offload(dataset_work.take_over, house, dataset)
    return dataset, None, error


def page(dataset: Dataset, work: Work) -> str:
    return render_template("admin/working.html", dataset=dataset, now=as_json(work))


def as_json(work: Work | None) -> dict[str, Any]:
    """What moves on the page, in the reader's language."""
    if work is None:
        return {"running": False}
    rows = _("%(n)s rows", n=format_decimal(work.rows)) if work.rows else ""
    texts = {"part": say(work.part) if work.part else _("Starting …"), "rows": rows, "left": _left(work)}
    return {"running": True, "share": work.share or None, "texts": texts}


def _left(work: Work) -> str:
    if work.share < TOLD_FROM:
        return ""
    seconds = (time.time() - work.begun) * (1 - work.share) / work.share
    return _("about %(time)s left", time=format_timedelta(seconds)) if seconds > 5 else _("a few seconds left")
