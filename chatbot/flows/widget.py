"""The widget as the admin has set it: which sites may show it, how it looks, when people are there."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any, Mapping
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from chatbot.records import Message

DAYS = 7
MOST_SITES = 50
COLOUR = re.compile(r"#[0-9a-f]{6}")
LONGEST = {"title": 60, "label": 60, "closed": 300}  # characters


@dataclass(frozen=True)
class Widget:
    """`sites`: origins that may show it. `hours`: from and to of each day, Monday first, as "09:00", or None; all None: always."""

    enabled: bool = False
    sites: tuple[str, ...] = ()
    title: str = ""
    label: str = ""
    colour: str = "#1f6f48"
    side: str = "right"
    hours: tuple[tuple[str, str] | None, ...] = (None,) * DAYS
    zone: str = "UTC"
    closed: str = ""

    @property
    def ink(self) -> str:
        """Black or white, whichever reads better on the colour (WCAG 2.2, contrast ratio)."""
        light = _luminance(self.colour)
        return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#000000"

    def is_open(self, now: datetime) -> bool:
        """Whether people are there at this (aware) moment."""
        here = now.astimezone(ZoneInfo(self.zone))
        hours = self.hours[here.weekday()]
        return not any(self.hours) or (hours is not None and hours[0] <= here.strftime("%H:%M") < hours[1])

    def opens(self, now: datetime) -> datetime | None:
        """When people are there next; None while they are, or when they always are."""
        if self.is_open(now):
            return None
        here = now.astimezone(ZoneInfo(self.zone))
        for day in (here + timedelta(days=ahead) for ahead in range(DAYS + 1)):
            hours = self.hours[day.weekday()]
            if hours and (day.date() > here.date() or here.strftime("%H:%M") < hours[0]):
                return datetime.combine(day, time.fromisoformat(hours[0]), here.tzinfo)
        return None


def to_json(widget: Widget) -> dict[str, Any]:
    return asdict(widget)


def from_json(value: Mapping[str, Any] | None) -> Widget:
    value = dict(value or {})
    if value:
        value |= {"sites": tuple(value["sites"]), "hours": tuple(hours and tuple(hours) for hours in value["hours"])}
    return Widget(**value)


def read(form: Mapping[str, str]) -> tuple[Widget, dict[str, Message]]:
    """The form of the settings page, and a sentence for each field that is wrong."""
    errors: dict[str, Message] = {}
    texts = {name: form.get(name, "").strip() for name in LONGEST}
    for name, most in LONGEST.items():
        if len(texts[name]) > most:
            errors[name] = Message("At most %(n)s characters fit here.", n=most)
    widget = Widget(
        enabled="enabled" in form,
        sites=_sites(form.get("sites", ""), errors),
        colour=_one_of(form, "colour", COLOUR.fullmatch, errors),
        side="left" if form.get("side") == "left" else "right",
        hours=tuple(_hours(form, day, errors) for day in range(DAYS)),
        zone=_one_of(form, "zone", available_timezones().__contains__, errors),
        **texts,
    )
    return widget, errors


def origin_of(address: str) -> str | None:
    """`https://shop.example` of what a person types for it; None when it is no address of a site."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"(\*\.)?[a-z0-9.-]+", host) or not host.strip("*."):
        return None
    return f"{parts.scheme}://{host}{port}"


def _sites(text: str, errors: dict[str, Message]) -> tuple[str, ...]:
    lines = [line.strip().lower() for line in text.splitlines() if line.strip()]
    origins = [origin_of(line) for line in lines]
    for line, origin in zip(lines, origins):
        if origin is None:
            errors["sites"] = Message("“%(line)s” is no address of a web site. Write it like https://www.example.com.", line=line[:80])
    if len(lines) > MOST_SITES:
        errors["sites"] = Message("At most %(n)s sites.", n=MOST_SITES)
    return tuple(dict.fromkeys(origin or line for origin, line in zip(origins, lines)))


def _hours(form: Mapping[str, str], day: int, errors: dict[str, Message]) -> tuple[str, str] | None:
    begins, ends = form.get(f"from-{day}", ""), form.get(f"to-{day}", "")
    if not begins and not ends:
        return None
    if not all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", clock) for clock in (begins, ends)) or begins >= ends:
        errors["hours"] = Message("A day needs a beginning and a later end, or neither.")
    return begins, ends


def _one_of(form: Mapping[str, str], name: str, is_known: Any, errors: dict[str, Message]) -> str:
    value = form.get(name, "")
    if not is_known(value):
        errors[name] = Message("Choose one of those offered.")
        return getattr(Widget, name)
    return value


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))
