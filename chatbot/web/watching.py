"""A training as its page shows it: numbers, sentences and a curve, ready to be sent as JSON each second."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import format_datetime, format_timedelta
from flask_babel import gettext as _

from chatbot.flows import finetune
from chatbot.flows.finetune import Progress
from chatbot.records import JobEvent
from chatbot.web import chart, job_words, signals
from chatbot.web.i18n import say

MOST_WATCHED = 20
_watched: dict[str, Progress] = {}  # only a memory of what the backend said, so every process may have its own


def watch(house: Any, job_id: str) -> Progress:
    """Where a job stands. Asks only for the events after those already read. Raises BackendError."""
    before = _watched.get(job_id)
    now = finetune.progress(house, job_id, before and before.last_event)
    joined = _watched[job_id] = _joined(before, now) if before else now
    if len(_watched) > MOST_WATCHED:
        _watched.pop(next(iter(_watched)), None)
    return joined


def as_json(now: Progress) -> dict[str, Any]:
    """Everything that moves on the page of a job, in the reader's language."""
    signal = signals.read(now.train_loss, now.valid_loss)
    percent = 100 * now.step / now.total_steps if now.total_steps else 0
    return {
        "status": now.job.status,
        "finished": now.job.finished,
        "percent": round(percent, 1),
        "signal": signal.kind,
        "texts": {
            "percent": f"{percent:.0f} %",
            "steps": _("Step %(step)s of %(all)s", step=now.step, all=now.total_steps) if now.total_steps else "",
            "left": _left(now),
            "signal-title": say(signal.title),
            "signal-text": say(signal.text),
        },
        "chart": chart.draw(now.train_loss, now.valid_loss, now.stopped_at or now.total_steps, now.best_step).as_json(),
        "events": [_event(event) for event in now.log],
    }


def _joined(before: Progress, now: Progress) -> Progress:
    """Steps and events that a server tells twice count once."""
    known = {event.id for event in before.log}
    return replace(
        now,
        step=now.step or before.step,
        total_steps=now.total_steps or before.total_steps,
        train_loss=tuple((dict(before.train_loss) | dict(now.train_loss)).items()),
        valid_loss=tuple((dict(before.valid_loss) | dict(now.valid_loss)).items()),
        best_step=now.best_step or before.best_step,
        stopped_at=now.stopped_at or before.stopped_at,
        log=before.log + tuple(event for event in now.log if event.id not in known),
    )


def _left(now: Progress) -> str:
    seconds = now.seconds_left(time.time())
    if seconds is None:
        return ""
    return _("about %(time)s left", time=format_timedelta(seconds)) if seconds > 5 else _("a few seconds left")


def _event(event: JobEvent) -> dict[str, str]:
    at = datetime.fromtimestamp(event.created_at).astimezone()
    return {"id": event.id, "at": format_datetime(at, "HH:mm:ss"), "text": say(job_words.told(event.message)), "level": event.level}
