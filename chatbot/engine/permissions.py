"""/v1/fine_tuning/checkpoints/{model}/permissions: who may use a checkpoint. Kept and listed; on a machine of one's
own there is one project, so nothing is enforced."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from chatbot.engine import paging, shelf
from chatbot.engine.errors import ApiError, no_model
from chatbot.engine.validate import checked, empty, json_body, one_of, text, typed

permissions = Blueprint("permissions", __name__, url_prefix="/fine_tuning/checkpoints")


@permissions.post("/<path:model_id>/permissions")
def create(model_id: str) -> Response:
    path = _place(model_id)
    projects = checked(json_body(), {"project_ids": typed(list)}, ("project_ids",))["project_ids"]
    if not projects:
        raise empty("project_ids")
    for number, project in enumerate(projects):
        text(64, 1)(f"project_ids[{number}]", project)
    with shelf.lock(path.with_suffix(".lock"), patience=5):
        kept = _read(path)
        new = [_permission(project, kept) for project in dict.fromkeys(projects)]
        shelf.write_json(path, kept + [permission for permission in new if permission not in kept])
    return jsonify(_listed(new) | {"has_more": False})


def _permission(project: str, kept: list[dict[str, Any]]) -> dict[str, Any]:
    """The project's permission: the one it has, or a new one."""
    new = {"object": "checkpoint.permission", "id": shelf.new_id("cp_"), "created_at": int(time.time())}
    return next((old for old in kept if old["project_id"] == project), new | {"project_id": project})


@permissions.get("/<path:model_id>/permissions")
def index(model_id: str) -> Response:
    kept, project = _read(_place(model_id)), request.args.get("project_id")
    found = [permission for permission in kept if project in (None, permission["project_id"])]
    if one_of("ascending", "descending")("order", request.args.get("order") or "descending") == "descending":
        found.reverse()
    return jsonify(paging.page(found, 10, 100, ends=True))


@permissions.delete("/<path:model_id>/permissions/<permission_id>")
def delete(model_id: str, permission_id: str) -> Response:
    path = _place(model_id)
    with shelf.lock(path.with_suffix(".lock"), patience=5):
        kept = _read(path)
        left = [permission for permission in kept if permission["id"] != permission_id]
        if len(left) == len(kept):
            raise ApiError(f"No such permission: {permission_id}", "permission_id", status=404)
        shelf.write_json(path, left)
    return jsonify({"object": "checkpoint.permission", "id": permission_id, "deleted": True})


def _place(model_id: str) -> Path:
    model = current_app.extensions["engine"].models.get(model_id)
    if model is None or model.folder is None:
        raise no_model(model_id)
    return model.folder / "permissions.json"


def _read(path: Path) -> list[dict[str, Any]]:
    return shelf.read_json(path) if path.exists() else []


def _listed(found: list[dict[str, Any]]) -> dict[str, Any]:
    ends = {"first_id": found[0]["id"], "last_id": found[-1]["id"]}
    return {"object": "list", "data": found} | ends
