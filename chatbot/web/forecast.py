"""What the form of a training tells before the start: what the data lack, how long it takes, the memory, at OpenAI the money."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

from babel.units import format_unit
from flask_babel import format_currency, format_timedelta, get_locale
from flask_babel import gettext as _

from chatbot.flows import estimate, schedule
from chatbot.flows.estimate import Tokens
from chatbot.flows.outlook import Outlook
from chatbot.records import Job

OPENAI = "api.openai.com"
Amount = dict[str, float]  # `start`, and so much more for each `epoch`; `auto` if nobody says how many

Cost = Callable[[Tokens, float], float]  # seconds, or dollars, of so many passes over so many tokens


def forecasts(house: Any, outlooks: Mapping[str, Outlook], bases: Sequence[str], jobs: Sequence[Job]) -> dict[str, Any]:
    """By dataset and base: seconds (dollars at OpenAI) with answers looked up and `plain`, and what memory it takes."""
    return {
        dataset: {base: found for base in bases if (found := _of_base(house, outlook, base, jobs))} for dataset, outlook in outlooks.items()
    }


def sentence(house: Any) -> str:
    """How the estimate is told; the script fills in another one when the form changes."""
    if _pays(house):
        return _("about {amount} for the training, at the prices OpenAI published in %(year)s", year=estimate.PRICES_OF)
    return _("about {amount} and {memory} of memory on this computer")


def unit(house: Any) -> str:
    """What an amount counts: seconds, or a currency."""
    return "USD" if _pays(house) else "seconds"


def told(house: Any, found: Mapping[str, Any] | None) -> str:
    """The estimate for an empty form."""
    if not found:
        return ""
    amount = found["looked_up"]["auto"]
    text = format_currency(max(0.01, amount), "USD") if _pays(house) else duration(amount)
    return sentence(house).format(amount=text, memory=found["memory"])


def duration(seconds: float) -> str:
    """As exact as it can be known; `training.js` rounds in the same way."""
    name = "second" if seconds < 95 else "minute" if seconds < 7200 else "hour"
    size = {"second": 10, "minute": 60, "hour": 3600}[name]
    return format_timedelta(max(10, size * round(seconds / size)), granularity=name, threshold=10**6)


def price(house: Any, base: str) -> float | None:
    """US dollars for a million tokens, if OpenAI itself trains and the price of this base is known."""
    return estimate.price(base) if _pays(house) else None


def _of_base(house: Any, outlook: Outlook, base: str, jobs: Sequence[Job]) -> dict[str, Any] | None:
    looked_up, plain = outlook.looked_up[base], outlook.plain[base]
    cost = _cost(house, base, jobs)
    return cost and {
        "looked_up": _amount(cost, looked_up, schedule.passes(outlook.n_examples)),
        "plain": _amount(cost, plain, schedule.passes(outlook.n_examples, retrieval=False)),
        "memory": format_unit(round(estimate.memory(base, looked_up.all) / 1e9, 1), "digital-gigabyte", "short", locale=get_locale()),
    }


def _cost(house: Any, base: str, jobs: Sequence[Job]) -> Cost | None:
    """None when the price is not known."""
    if not house.settings.openai_base_url:
        pace = estimate.pace(jobs, base)
        return lambda tokens, passes: estimate.seconds(tokens.computed, passes, pace, base)
    dollars = price(house, base)
    return dollars and (lambda tokens, passes: tokens.all * passes * dollars / 1e6)


def _amount(cost: Cost, tokens: Tokens, auto: float) -> Amount:
    once, twice = cost(tokens, 1), cost(tokens, 2)
    return {"start": 2 * once - twice, "epoch": twice - once, "auto": cost(tokens, auto)}


def _pays(house: Any) -> bool:
    return OPENAI in (house.settings.openai_base_url or "")
