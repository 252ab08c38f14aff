"""Counts what is as it should be, and prints what is not."""

from __future__ import annotations

import http.client
import json
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openai

CASES = Path(__file__).resolve().parents[2] / "engine" / "cases"


class Checks:
    """All checks of one run."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def equal(self, what: str, found: Any, expected: Any) -> None:
        if found == expected:
            self.passed += 1
        else:
            self._differs(what, found, expected)

    def true(self, what: str, holds: bool, found: Any = None) -> None:
        """`holds`; if not, `found` is shown."""
        if holds:
            self.passed += 1
        else:
            self._differs(what, found, "something else")

    def always(self, what: str, holds: bool, found: Any) -> None:
        """As `true`, for what is looked at each time something happens; only failures count."""
        if not holds:
            self._differs(what, found, "something else")

    def matches(self, what: str, found: str | None, pattern: str) -> None:
        if re.fullmatch(pattern, found or "", re.DOTALL):
            self.passed += 1
        else:
            self._differs(what, found, pattern)

    def _differs(self, what: str, found: Any, expected: Any) -> None:
        self.failed += 1
        print(f"DIFFERS {what}\n   found    {found!r}\n   expected {expected!r}", file=sys.stderr, flush=True)

    def shape(self, what: str, found: Any, case: str) -> None:
        """`found` (a client's object) has the fields of the reference body `case`, and no others."""
        body = found if isinstance(found, dict) else json.loads(found.to_json(exclude_unset=True))
        self.equal(f"{what}: fields of {case}", _fields(body), _fields(json.loads((CASES / f"{case}.json").read_text())))

    def refused(self, what: str, call: Callable[[], Any], status: int, pattern: str, **fields: Any) -> None:
        """`call` raises the client's error for `status`; its message matches, `code`, `param` and `type` equal."""
        try:
            answer = call()
        except openai.APIStatusError as error:
            fields = {"type": "invalid_request_error"} | fields
            found = {"status": error.status_code} | {name: getattr(error, name) for name in fields}
            self.equal(what, found, {"status": status} | fields)
            self.matches(f"{what}: message", (error.body or {}).get("message"), pattern)
            self.equal(f"{what}: envelope", sorted(error.body), ["code", "message", "param", "type"])
        else:
            self._differs(what, answer, f"an error {status}")

    def section(self, story: Callable[..., Any], *arguments: Any) -> Any:
        """Tell one part of the story; if it breaks off, say so and go on with the next."""
        try:
            return story(*arguments)
        except Exception:
            self.failed += 1
            print(f"BROKE OFF {story.__module__}.{story.__name__}", file=sys.stderr)
            traceback.print_exc()


def _fields(value: Any) -> Any:
    """The skeleton of a JSON value: names and nesting of objects, the first item of lists, no values."""
    if isinstance(value, dict):
        return {name: _fields(inner) for name, inner in sorted(value.items())}
    return [_fields(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None


class Http:
    """Requests as programs without a client send them."""

    def __init__(self, url: str, key: str):
        self.place, self.key = urlsplit(url), key

    def __call__(
        self, method: str, path: str, body: Any = None, key: str | None = "", headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body of a request to `path` under /v1; `key` None sends none."""
        connection = http.client.HTTPConnection(self.place.hostname, self.place.port, timeout=300)
        sent = {"Authorization": f"Bearer {key or self.key}"} if key is not None else {}
        if isinstance(body, (dict, list)):
            body, sent["Content-Type"] = json.dumps(body), "application/json"
        try:
            connection.request(method, self.place.path + path, body, sent | (headers or {}))
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def error(self, *arguments: Any, **more: Any) -> tuple[int, dict[str, Any]]:
        """Status and the inside of the error envelope."""
        status, _, body = self(*arguments, **more)
        return status, json.loads(body)["error"]
