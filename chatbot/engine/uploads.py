"""/v1/uploads: a large file in parts. A folder each, with `upload.json`, a file for each part, and the result's id."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, BinaryIO

from flask import Blueprint, Response, current_app, jsonify, request

from chatbot.engine import files, shelf
from chatbot.engine.errors import ApiError
from chatbot.engine.validate import Check, Number, checked, json_body, missing, text, typed

uploads = Blueprint("uploads", __name__, url_prefix="/uploads")
LARGEST = 8 * 1024**3
LARGEST_PART = 64 * 1024**2
LIFE = 3600  # seconds an upload may stay unfinished
FIELDS: dict[str, Check] = {
    "bytes": Number(1, LARGEST, whole=True),
    "filename": text(255, 1),
    "mime_type": text(255, 1),
    "purpose": files.purpose_of,
    "expires_after": typed(dict),
}


@uploads.post("")
def create() -> Response:
    asked = checked(json_body(), FIELDS, ("bytes", "filename", "mime_type", "purpose"))
    name = files.base_name(asked["filename"])
    if asked["purpose"] == "fine-tune":
        files.check_training_name(name, b"")
    now = int(time.time())
    upload = {
        "id": shelf.new_id("upload_"),
        "object": "upload",
        "bytes": asked["bytes"],
        "created_at": now,
        "filename": name,
        "purpose": asked["purpose"],
        "status": "pending",
        "expires_at": now + LIFE,
    }
    with shelf.new_folder(_place(upload["id"])) as folder:
        shelf.write_json(folder / "upload.json", upload | {"life": files.life(asked.get("expires_after"))})
    return jsonify(upload)


@uploads.post("/<upload_id>/parts")
def add_part(upload_id: str) -> Response:
    request.max_content_length = LARGEST_PART + (1 << 20)
    _pending(upload_id)
    part = request.files.get("data")
    if part is None:
        raise missing("data")
    part_id = shelf.new_id("part_")
    shelf.write(_place(upload_id) / part_id, part.stream.read())
    return jsonify({"id": part_id, "object": "upload.part", "created_at": int(time.time()), "upload_id": upload_id})


@uploads.post("/<upload_id>/complete")
def complete(upload_id: str) -> Response:
    asked = checked(json_body(), {"part_ids": typed(list), "md5": typed(str)}, ("part_ids",))
    with shelf.lock(_existing(upload_id) / "lock", patience=5):  # two at once would make two files
        upload = _pending(upload_id)
        with tempfile.TemporaryFile(dir=_place(upload_id)) as whole:
            _join(_place(upload_id), asked["part_ids"], whole)
            _check(whole, upload["bytes"], asked.get("md5"))
            file = files.store().add(upload["filename"], whole, upload["purpose"], upload["life"])
        return jsonify(_end(upload, "completed", file))


@uploads.post("/<upload_id>/cancel")
def cancel(upload_id: str) -> Response:
    with shelf.lock(_existing(upload_id) / "lock", patience=5):
        return jsonify(_end(_pending(upload_id), "cancelled"))


def _place(upload_id: str) -> Path:
    return current_app.extensions["engine"].config.home / "uploads" / upload_id


def _existing(upload_id: str) -> Path:
    if not re.fullmatch("upload_[A-Za-z0-9]{1,64}", upload_id) or not (_place(upload_id) / "upload.json").is_file():
        raise ApiError(f"No such Upload object: {upload_id}", "id", status=404)
    return _place(upload_id)


def _pending(upload_id: str) -> dict[str, Any]:
    upload = shelf.read_json(_existing(upload_id) / "upload.json")
    status = "expired" if upload["status"] == "pending" and upload["expires_at"] <= time.time() else upload["status"]
    if status != "pending":
        raise ApiError(f"Upload {upload_id} is {status}, so it cannot be changed any more.", "upload_id")
    return upload


def _join(folder: Path, part_ids: list[Any], whole: BinaryIO) -> None:
    for part_id in part_ids:
        path = folder / str(part_id)
        if path.name != part_id or not path.name.startswith("part_") or not path.is_file():
            raise ApiError(f"Unknown part: {part_id}", "part_ids")
        with path.open("rb") as part:
            shutil.copyfileobj(part, whole, 1 << 20)


def _check(whole: BinaryIO, size: int, md5: str | None) -> None:
    if whole.tell() != size:
        raise ApiError(f"The parts hold {whole.tell()} bytes, but the upload was declared with {size}.", "part_ids")
    whole.seek(0)
    if md5 and hashlib.file_digest(whole, "md5").hexdigest() != md5.lower():
        raise ApiError("The md5 checksum does not match the uploaded parts.", "md5")
    whole.seek(0)


def _end(upload: dict[str, Any], status: str, file: dict[str, Any] | None = None) -> dict[str, Any]:
    """Write how the upload ended, then let go of its parts."""
    ended = upload | {"status": status} | ({"file": file} if file else {})
    shelf.write_json(_place(upload["id"]) / "upload.json", ended)
    for part in _place(upload["id"]).glob("part_*"):
        part.unlink()
    return {name: value for name, value in ended.items() if name != "life"}
