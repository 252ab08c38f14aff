"""What the pages of a batch and of an evaluation share: where it stands, and the buttons that stop it, go on and delete it."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, request

from chatbot.flows.background import Background
from chatbot.web.current import current_house, current_store


def found(kind: Background, work_id: str) -> Any:
    """The work of this id, or 404."""
    return kind.works.get(current_store(), work_id) or abort(404)


def act(kind: Background, work_id: str, index: str, show: str, deleted: str) -> Response:
    """Do what the form's `action` says: stop, go-on, delete. `index` and `show` are addresses to go to afterwards."""
    work, store, action = found(kind, work_id), current_store(), request.form.get("action")
    if action == "stop":
        kind.works.move(store, work.id, "stopped")
    elif action == "go-on":
        kind.works.move(store, work.id, "waiting", out_of=("stopped", "failed"))
        kind.start(current_house(), work.id)
    elif action == "delete":
        kind.works.remove(store, work.id)
        flash(deleted)
        return redirect(index, 303)
    else:
        abort(400)
    return redirect(show, 303)
