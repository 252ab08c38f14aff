"""Questions 11 and 12: how prompts end and begin."""

from __future__ import annotations

from chatbot.data.findings import Finding
from chatbot.data.questions.facts import Facts, occurs
from chatbot.data.questions.samples import changes, shorten, visible
from chatbot.records import Message

ONE_LINE_SEPARATOR = " ->"
SEPARATORS = (ONE_LINE_SEPARATOR, "\n\n###\n\n", "\n\n===\n\n", "\n\n---\n\n", "\n\n===>\n\n", "\n\n--->\n\n")
LAST_SEPARATOR = "\n\n### =>\n\n"
LONG_ENDING = 10  # characters
LONG_PREFIX = 12


def separator(facts: Facts) -> Finding | None:
    """A prompt must end in a sign of its own, so that the model knows where to go on."""
    if facts.task == "open-ended":
        return None
    shared = facts.prompt_end
    if all(prompt == shared for prompt in facts.prompts):
        return Finding(
            "separator",
            "error",
            Message(
                "All prompts are the same: “%(text)s”. Leave them empty if the model is to write freely, else make them differ.",
                text=visible(shorten(shared)),
            ),
        )
    return _ending(facts, shared) if shared else _new_separator(facts)


def prefix(facts: Facts) -> Finding | None:
    """A long start that all prompts share says nothing: the model learns the task from the rows."""
    shared = facts.prompt_start
    if not shared or all(prompt == shared for prompt in facts.prompts):
        return None
    message = Message("All prompts begin with “%(text)s”.", text=visible(shorten(shared)))
    if len(shared) <= LONG_PREFIX:
        return Finding("prompt-prefix", "info", message)
    return Finding(
        "prompt-prefix",
        "recommended",
        Message("All prompts begin with “%(text)s”. A tuned model needs no such instruction.", text=visible(shorten(shared))),
        Message("Remove “%(text)s” from the start of all prompts", text=visible(shorten(shared))),
        len(facts.rows),
        changes(facts.prompts, lambda prompt: prompt[len(shared) :]),
        lambda rows: [(prompt[len(shared) :], completion) for prompt, completion in rows],
    )


def best_separator(prompts: list[str]) -> str:
    """The first candidate that occurs in no prompt; the short one only if all prompts are single lines."""
    for candidate in SEPARATORS:
        if candidate == ONE_LINE_SEPARATOR and occurs("\n", prompts):
            continue
        if not occurs(candidate, prompts):
            return candidate
    return LAST_SEPARATOR


def _ending(facts: Facts, shared: str) -> Finding:
    shown = visible(shorten(shared))
    if occurs(shared, facts.prompts, before_end=len(shared)):
        message = Message(
            "All prompts end with “%(text)s”, and some hold it earlier too. An ending that occurs nowhere else is better.",
            text=shown,
        )
    elif len(shared) > LONG_ENDING:
        better = visible(best_separator(facts.prompts))
        message = Message("All prompts end with “%(text)s”. A shorter ending would do, such as “%(better)s”.", text=shown, better=better)
    else:
        message = Message("All prompts end with “%(text)s”.", text=shown)
    return Finding("separator", "info", message)


def _new_separator(facts: Facts) -> Finding:
    chosen = best_separator(facts.prompts)
    return Finding(
        "separator",
        "recommended",
        Message("Prompts do not end in a common sign, so the model cannot tell where the prompt stops and its answer starts."),
        Message("Add “%(sign)s” to the end of all prompts", sign=visible(chosen)),
        len(facts.rows),
        changes(facts.prompts, lambda prompt: prompt + chosen),
        lambda rows: [(prompt + chosen, completion) for prompt, completion in rows],
    )
