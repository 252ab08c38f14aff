"""/v1/files: upload, list, look at, download and delete files."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.datastructures import FileStorage

from chatbot.engine import paging
from chatbot.engine.errors import ApiError, no_file
from chatbot.engine.filestore import PURPOSES, RESULTS, FileStore
from chatbot.engine.validate import Number, checked, missing, one_of, text

files = Blueprint("files", __name__)
LARGEST = 512 * 1024 * 1024
WRONG_ENDING = "Invalid file format for Fine-Tuning API. Must be .jsonl"
_LIFE = Number(3600, 2592000, whole=True)
_LIFE_FIELD = re.compile(r"expires_after\[(\w+)\]")


def store() -> FileStore:
    return current_app.extensions["engine"].files


def purpose_of(name: str, value: Any) -> str:
    if value not in PURPOSES:
        raise ApiError(f"'{value}' is not one of {list(PURPOSES)} - '{name}'", name)
    return value


def life(value: dict[str, Any] | None) -> int | None:
    """The seconds of an `expires_after` object. Raises ApiError 400."""
    if not value:
        return None
    table = {"anchor": one_of("created_at"), "seconds": _LIFE}
    return checked(value, table, ("anchor", "seconds"), "expires_after.")["seconds"]


@files.post("/files")
def create() -> Response:
    request.max_content_length = LARGEST + (1 << 20)
    upload, purpose = request.files.get("file"), request.form.get("purpose")
    if upload is None:
        raise missing("file")
    if purpose is None:
        raise missing("purpose")
    for field in [*request.form, *request.files]:
        if field not in ("file", "purpose") and not _LIFE_FIELD.fullmatch(field):
            raise ApiError(f"Unknown parameter: '{field}'.", field, "unknown_parameter")
    purpose_of("purpose", purpose)
    name = text(255)("file", base_name(upload.filename or "upload"))
    if purpose == "fine-tune":
        check_training_name(name, _first_line(upload))
    return jsonify(store().add(name, upload.stream, purpose, life(_form_life())))


def base_name(name: str) -> str:
    """`name` without folders, which the old command line sends along, and without control characters."""
    return re.sub(r"[\x00-\x1f\x7f]", "", re.split(r"[/\\]", name)[-1]) or "upload"


def check_training_name(name: str, first_line: bytes) -> None:
    """Training data is .jsonl; a nameless upload may also be told by its first line. Raises ApiError 400."""
    if "." not in name and _is_object(first_line):
        return
    if not name.lower().endswith(".jsonl"):
        raise ApiError(WRONG_ENDING)


def _first_line(upload: FileStorage) -> bytes:
    line = upload.stream.readline(1 << 20)
    upload.stream.seek(0)
    return line


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _form_life() -> dict[str, Any] | None:
    found = {match[1]: value for key, value in request.form.items() if (match := _LIFE_FIELD.fullmatch(key))}
    if re.fullmatch("[0-9]{1,15}", found.get("seconds", "")):
        found["seconds"] = int(found["seconds"])
    return found or None


@files.get("/files")
def index() -> Response:
    order = one_of("asc", "desc")("order", request.args.get("order") or "desc")
    found, purpose = store().all(), request.args.get("purpose")
    if order == "desc":
        found.reverse()
    if purpose:
        found = [file for file in found if file["purpose"] == purpose]
    return jsonify(paging.page(found, 10000, 10000, ends=True))


@files.get("/files/<file_id>")
def retrieve(file_id: str) -> Response:
    return jsonify(_found(file_id))


@files.delete("/files/<file_id>")
def delete(file_id: str) -> Response:
    _found(file_id)
    store().delete(file_id)
    return jsonify({"object": "file", "id": file_id, "deleted": True})


@files.get("/files/<file_id>/content")
def content(file_id: str) -> Response:
    file = _found(file_id)
    if file["purpose"] not in ("fine-tune", RESULTS):
        raise ApiError(f"Not allowed to download files of purpose: {file['purpose']}")
    path = store().content(file_id)
    encode = file["purpose"] == RESULTS and current_app.extensions["engine"].config.results_base64
    body = base64.b64encode(path.read_bytes()) if encode else path.open("rb")
    size = (file["bytes"] + 2) // 3 * 4 if encode else file["bytes"]
    headers = {"Content-Disposition": _attachment(file["filename"]), "Content-Length": str(size)}
    return Response(body, mimetype="application/octet-stream", headers=headers, direct_passthrough=not encode)


def _attachment(name: str) -> str:
    """A header of ASCII alone, whatever letters the name has."""
    simple = re.sub(r'["\\]', "_", name.encode("ascii", "replace").decode())
    more = "" if simple == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{simple}"{more}'


def _found(file_id: str) -> dict[str, Any]:
    file = store().get(file_id)
    if file is None:
        raise no_file(file_id)
    return file
