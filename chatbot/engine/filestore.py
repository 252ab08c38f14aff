"""The shelf of files: a folder each, with `content` and, written last, `file.json` (the API's file object)."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path
from typing import Any, BinaryIO

from chatbot.engine import shelf

PURPOSES = ("fine-tune", "assistants", "batch", "user_data", "vision", "evals")
RESULTS = "fine-tune-results"
BATCH_LIFE = 30 * 24 * 3600


def new_file_id() -> str:
    return shelf.new_id("file-", 22)


class FileStore:
    """The files under `home`."""

    def __init__(self, home: Path):
        self.folder = home / "files"

    def add(
        self,
        filename: str,
        content: bytes | BinaryIO,
        purpose: str,
        expires_after: int | None = None,
        file_id: str | None = None,
    ) -> dict[str, Any]:
        """Keep `content`; returns the file object. It lives for `expires_after` seconds, or for ever.

        `file_id` is a name from `new_file_id` that must not be taken."""
        file_id = file_id or new_file_id()
        life = expires_after or (BATCH_LIFE if purpose == "batch" else None)
        with shelf.new_folder(self.folder / file_id) as folder:
            size = _copy(content, folder / "content")
            now = time.time_ns()
            created = now // 10**9
            file = {
                "object": "file",
                "id": file_id,
                "purpose": purpose,
                "filename": filename,
                "bytes": size,
                "created_at": created,
                "expires_at": created + life if life else None,
                "status": "processed",
                "status_details": None,
            }
            shelf.write_json(folder / "file.json", {"file": file, "created_ns": now})
        return file

    def get(self, file_id: str) -> dict[str, Any] | None:
        """The file object, or None if there is no such file (any more)."""
        record = self._record(file_id)
        return record["file"] if record else None

    def content(self, file_id: str) -> Path:
        return self.folder / file_id / "content"

    def delete(self, file_id: str) -> None:
        shelf.remove_folder(self.folder / file_id)

    def all(self) -> list[dict[str, Any]]:
        """Oldest first, in a stable order."""
        records = [record for path in shelf.folders(self.folder) if (record := self._record(path.name))]
        records.sort(key=lambda record: (record["created_ns"], record["file"]["id"]))
        return [record["file"] for record in records]

    def _record(self, file_id: str) -> dict[str, Any] | None:
        if not re.fullmatch("file-[A-Za-z0-9]{1,64}", file_id):
            return None
        try:
            record = shelf.read_json(self.folder / file_id / "file.json")
        except FileNotFoundError:
            return None
        expires = record["file"]["expires_at"]
        return None if expires and expires <= time.time() else record

    def remove_expired(self) -> None:
        for path in shelf.folders(self.folder):
            if not self._record(path.name):
                shelf.remove_folder(path)


def _copy(content: bytes | BinaryIO, path: Path) -> int:
    with path.open("wb") as file:
        file.write(content) if isinstance(content, bytes) else shutil.copyfileobj(content, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()
