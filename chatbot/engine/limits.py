"""The headers of an answer that say which model gave it, and how much more that model can take on just now."""

from __future__ import annotations

AGAIN = 5  # seconds after which a place is likely to be free


def headers(model: str, places: int, busy: int, slots: int, context: int) -> dict[str, str]:
    """`places` requests are taken at once and `busy` of them are; `slots` are answered at the same time, each with
    `context` tokens of room."""
    free, room = max(0, places - busy), max(0, slots - busy) * context
    return {
        "openai-model": model,
        "Cache-Control": "no-cache, must-revalidate",
        "x-ratelimit-limit-requests": str(places),
        "x-ratelimit-remaining-requests": str(free),
        "x-ratelimit-reset-requests": _wait(free),
        "x-ratelimit-limit-tokens": str(slots * context),
        "x-ratelimit-remaining-tokens": str(room),
        "x-ratelimit-reset-tokens": _wait(room),
    }


def _wait(left: int) -> str:
    return "0s" if left else f"{AGAIN}s"
