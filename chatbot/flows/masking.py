"""What is masked in the data of this installation: kinds that are, values that stay. Kept for all datasets together,
because a business's own phone number is the same in each."""

from __future__ import annotations

from typing import Any, Iterable

from chatbot.data.masking import KINDS
from chatbot.store import options

OPTION = "masking"
MOST = 500  # values that stay
LONGEST = 200  # characters of one
NOTHING: dict[str, Any] = {"off": [], "keep": []}  # chosen


def choices(house: Any) -> dict[str, Any]:
    """The admin's choices as JSON: `off` are kinds that are not masked, `keep` values that stay as they are."""
    return options.get(house.store, OPTION) or NOTHING


def choose(house: Any, kinds: Iterable[str], keep: Iterable[str]) -> None:
    """Mask these kinds from now on, and leave these values alone."""
    wanted = set(kinds)
    values = dict.fromkeys(value.strip()[:LONGEST] for value in keep if value.strip())
    options.put(house.store, OPTION, {"off": [kind for kind in KINDS if kind not in wanted], "keep": list(values)[:MOST]})
