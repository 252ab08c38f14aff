"""The one renderer from messages to prompt text. The trainer and the server both call it, so that a tuned
model is spoken to in exactly the form it was trained on."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .bases import Base


class TemplateError(ValueError):
    """The messages cannot be put into this model's form; the text says why."""


def render(messages: list[dict], base: Base, *, add_generation_prompt: bool = True, tools: list[dict] | None = None) -> str:
    """Prompt text of a conversation, as transformers' `apply_chat_template` makes it, without the start token that
    the tokenizer adds by itself.

    Control tokens inside messages are broken up, so that nobody can speak in another role's name.
    Raises TemplateError when the model has no chat template or its template refuses the messages."""
    if not base.chat_template:
        raise TemplateError(f"The model {base.id} has no chat template. Use completions instead.")
    try:
        text = _compiled(base.chat_template).render(
            messages=_harmless(messages, base.control_tokens),
            tools=tools,
            add_generation_prompt=add_generation_prompt,
            bos_token=base.bos_token,
            eos_token=base.eos_token,
        )
    except jinja2.TemplateError as error:
        raise TemplateError(f"The chat template of {base.id} refused these messages: {error}") from error
    return text.removeprefix(base.bos_token) if base.add_bos else text


def render_open(messages: list[dict], base: Base, tools: list[dict] | None = None) -> str:
    """Prompt text that ends where the model has to write: after a last message of the assistant it goes on with that one.

    Raises TemplateError as `render` does."""
    *before, last = messages
    if not before or last["role"] != "assistant" or last.get("tool_calls"):
        return render(messages, base, tools=tools)
    return render(before, base, tools=tools) + _harmless(last["content"], base.control_tokens)


def _harmless(value, control_tokens: tuple[str, ...]):
    """The same messages with each control token's text split after its first character."""
    if isinstance(value, dict):
        return {key: _harmless(item, control_tokens) for key, item in value.items()}
    if isinstance(value, list):
        return [_harmless(item, control_tokens) for item in value]
    if isinstance(value, str):
        for token in control_tokens:
            value = value.replace(token, f"{token[0]} {token[1:]}")
    return value


class _Generation(Extension):
    """`{% generation %}` marks answers in some templates; here it changes nothing."""

    tags = {"generation"}

    def parse(self, parser):
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


@lru_cache(maxsize=16)
def _compiled(template: str) -> jinja2.Template:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, _Generation]
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return environment.from_string(template)


def _tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _raise(message: str):
    raise jinja2.TemplateError(message)
