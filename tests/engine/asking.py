"""How the tests ask for answers, and the question they ask."""

from __future__ import annotations

from pathlib import Path

from tests.engine.conftest import BASE

CASES = Path(__file__).parent / "cases"
HI = [{"role": "user", "content": "Hi"}]


def say(client, **wishes):
    return client.chat.completions.create(**{"model": BASE, "messages": HI} | wishes)


def complete(client, **wishes):
    if wishes.get("stream"):
        client = client.with_options()  # the strict types know no chunk without a finish_reason, the API does
    return client.completions.create(**{"model": BASE, "prompt": "Once"} | wishes)


def shape(value):
    """The keys of a body, all the way down, without the length of lists."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None
