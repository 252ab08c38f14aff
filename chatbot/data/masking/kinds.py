"""What is looked for, what it is called, and when two values are the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterable

from chatbot.records import Message

KINDS: dict[str, Message] = {
    "EMAIL": Message("E-mail addresses"),
    "PHONE": Message("Phone numbers"),
    "CARD": Message("Payment cards"),
    "IBAN": Message("Bank accounts (IBAN)"),
    "ID": Message("Identity numbers"),
    "IP": Message("Internet addresses (IP)"),
    "ORDER": Message("Order and customer numbers"),
    "NAME": Message("Names of people"),
    "SECRET": Message("Passwords, codes and keys"),
}
PERSONAL = frozenset(KINDS) - {"SECRET"}
SUBSCRIBER = 9  # last digits of a phone number that tell two apart, with or without the country in front


@dataclass(frozen=True)
class Span:
    """A place in a text: `text[start:end]` is of this kind."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Rules:
    """What to mask: these kinds, except values that are to stay, and if `only` names some, no others (as `same` writes them)."""

    kinds: frozenset[str] = frozenset(KINDS)
    keep: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()

    def concern(self, value: str) -> bool:
        """Whether a value, as `same` writes it, is masked if its kind is."""
        return value not in self.keep and (not self.only or value in self.only)

    @classmethod
    def keeping(cls, values: Iterable[str], kinds: Iterable[str] = KINDS) -> "Rules":
        """Rules that leave `values` alone, however they are spelt; of a name, its parts too."""
        values = list(values)
        spelt = {same(value, kind) for value in values for kind in KINDS}
        return cls(frozenset(kinds), frozenset(spelt.union(*(same(value, "NAME").split() for value in values))))

    @classmethod
    def chosen(cls, choices: dict[str, Any], keep: Iterable[str] = ()) -> "Rules":
        """Rules without the kinds that are `off`, that leave alone what is in `keep`, of the choices and besides."""
        return cls.keeping([*choices["keep"], *keep], (kind for kind in KINDS if kind not in choices["off"]))


def same(value: str, kind: str) -> str:
    """A spelling shared by all ways to write the same value."""
    if kind == "PHONE":
        return re.sub(r"\D", "", re.sub(r"(?i)\s*(?:ext|x|转).*", "", value))[-SUBSCRIBER:]
    if kind in ("CARD", "IBAN", "ID", "ORDER"):
        return re.sub(r"[\W_]", "", value).upper()
    return " ".join(value.casefold().split())
