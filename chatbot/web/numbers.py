"""Numbers in addresses and requests, none larger than a database takes."""

from __future__ import annotations

LARGEST = 2**53
ID = f"int(max={LARGEST})"  # in a route


def number(text: str) -> int:
    """The whole number that `text` is. Raises ValueError, also for one that is far too large."""
    found = int(text)
    if abs(found) > LARGEST:
        raise ValueError(f"{found} is too large")
    return found
