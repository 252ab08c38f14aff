"""Scripts, styles and pictures, sent compressed. Pages are not: what a page tells and the secret in its forms,
compressed together, can be guessed from the length."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

COMPRESSED = {".css", ".js", ".svg"}


def register(app: Flask) -> None:
    """Put it in the place of Flask's own sender. To be called before the views are guarded."""

    def static(filename: str) -> Response:
        return _smaller(app.send_static_file(filename), Path(app.static_folder or "", filename))

    app.view_functions["static"] = static


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
