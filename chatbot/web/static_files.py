"""Scripts, styles and pictures: sent compressed, and kept by the browser until one of them changes.

Their addresses hold a version, `/static/v/<version>/js/chat.js`, which modules that import each other inherit; without it
they can be asked for too. Pages are not compressed: what a page tells and the secret in its forms, compressed together,
can be guessed from the length."""

from __future__ import annotations

import gzip
import time
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

COMPRESSED = {".css", ".js", ".svg"}
FOREVER = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Put it in the place of Flask's own sender. To be called before the views are guarded."""
    folder = Path(app.static_folder or "")

    def static(filename: str, version: str = "") -> Response:
        response = _smaller(app.send_static_file(filename), folder / filename)
        if version == _version(folder, int(time.monotonic())):
            response.headers["Cache-Control"] = FOREVER
        return response

    def with_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("version", _version(folder, int(time.monotonic())))

    app.view_functions["static"] = static
    app.add_url_rule("/static/v/<version>/<path:filename>", "static", static)
    app.url_defaults(with_version)


@lru_cache(maxsize=1)
def _version(folder: Path, _second: int) -> str:
    """Changes when any file does; looked at once a second, so that a page never names yesterday's scripts."""
    files = sorted((path.as_posix(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file())
    return sha256(repr(files).encode()).hexdigest()[:12]


def _smaller(response: Response, path: Path) -> Response:
    if path.suffix not in COMPRESSED:
        return response
    response.vary.add("Accept-Encoding")
    response.set_etag(response.get_etag()[0] or "", weak=True)  # the same file in two forms
    if response.status_code == 200 and request.accept_encodings["gzip"]:
        response.close()
        response.direct_passthrough = False
        response.data = _gzipped(path, path.stat().st_mtime_ns)
        response.content_encoding = "gzip"
    return response


@lru_cache(maxsize=256)
def _gzipped(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)
