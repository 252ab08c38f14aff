"""Questions 13 to 15: how completions begin and end."""

from __future__ import annotations

from chatbot.data.findings import Finding
from chatbot.data.questions.facts import Facts, occurs
from chatbot.data.questions.prompts import LONG_ENDING
from chatbot.data.questions.samples import changes, shorten, visible
from chatbot.records import Message

ENDINGS = ("\n", ".", " END", "***", "+++", "&&&", "$$$", "@@@", "%%%")
LAST_ENDING = " [END]"
PREFIX = 5  # characters from which a shared start is worth removing


def prefix(facts: Facts) -> Finding | None:
    """A start that all completions share is not worth learning. A leading blank stays."""
    shared = facts.completion_start
    if len(shared) < PREFIX or all(completion == shared for completion in facts.completions):
        return None
    blank = " " if shared[0] == " " else ""
    shown = visible(shorten(shared))
    return Finding(
        "completion-prefix",
        "recommended",
        Message("All completions begin with “%(text)s”. Only what differs needs to be learnt.", text=shown),
        Message("Remove “%(text)s” from the start of all completions", text=shown),
        len(facts.rows),
        changes(facts.completions, lambda completion: blank + completion[len(shared) :]),
        lambda rows: [(prompt, blank + completion[len(shared) :]) for prompt, completion in rows],
    )


def ending(facts: Facts) -> Finding | None:
    """A completion must end in a sign of its own, so that the model knows when to stop."""
    if facts.task != "conditional":
        return None
    shared = facts.completion_end
    shown = visible(shorten(shared))
    if all(completion == shared for completion in facts.completions):
        message = Message("All completions are the same: “%(text)s”. The model would only ever repeat it; make them differ.", text=shown)
        return Finding("ending", "error", message)
    return _shared(facts, shared, shown) if shared else _new(facts)


def leading_blank(facts: Facts) -> Finding | None:
    """Completions begin with a blank, as words do inside a text."""
    if all(completion.startswith(" ") for completion in facts.completions):
        return None
    return Finding(
        "leading-blank",
        "recommended",
        Message("Not all completions begin with a blank, as words do in the middle of a text."),
        Message("Add a blank to the start of completions that have none"),
        sum(not completion.startswith(" ") for completion in facts.completions),
        changes(facts.completions, with_blank),
        lambda rows: [(prompt, with_blank(completion)) for prompt, completion in rows],
    )


def with_blank(completion: str) -> str:
    return completion if completion.startswith(" ") else f" {completion}"


def best_ending(completions: list[str]) -> str:
    """The first candidate that occurs in no completion."""
    return next((candidate for candidate in ENDINGS if not occurs(candidate, completions)), LAST_ENDING)


def _shared(facts: Facts, shared: str, shown: str) -> Finding:
    if occurs(shared, facts.completions, before_end=len(shared)):
        message = Message(
            "All completions end with “%(text)s”, and some hold it earlier too. An ending that occurs nowhere else is better.",
            text=shown,
        )
    elif len(shared) > LONG_ENDING:
        better = visible(best_ending(facts.completions))
        message = Message("All completions end with “%(text)s”. A shorter ending would do, such as “%(better)s”.", text=shown, better=better)
    else:
        message = Message("All completions end with “%(text)s”.", text=shown)
    return Finding("ending", "info", message)


def _new(facts: Facts) -> Finding:
    chosen = best_ending(facts.completions)
    return Finding(
        "ending",
        "recommended",
        Message("Completions do not end in a common sign, so the model cannot know when to stop."),
        Message("Add “%(sign)s” to the end of all completions", sign=visible(chosen)),
        len(facts.rows),
        changes(facts.completions, lambda completion: completion + chosen),
        lambda rows: [(prompt, completion + chosen) for prompt, completion in rows],
    )
