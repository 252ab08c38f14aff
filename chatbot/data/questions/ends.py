"""Questions 11 to 15: how prompts and completions end and begin. Both columns are asked alike, in words of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from chatbot.data.findings import Finding
from chatbot.data.questions.facts import ENDINGS, SEPARATORS, Column, Facts, occurs
from chatbot.data.questions.samples import changes, shorten, visible
from chatbot.records import Message

ONE_LINE_SEPARATOR = SEPARATORS[0]
LAST_SEPARATOR, LAST_ENDING = "\n\n### =>\n\n", " [END]"
LONG_ENDING = 10  # characters


@dataclass(frozen=True)
class Side:
    """One column: its place in a row, the signs it may end in, the start worth removing, and how all that is said."""

    column: int
    ending_id: str
    prefix_id: str
    signs: tuple[str, ...]
    last_sign: str
    long_prefix: int  # characters from which a shared start is removed
    same: Message
    ends: Message
    ends_and_occurs: Message
    ends_long: Message
    no_end: Message
    add_end: Message
    begins: Message
    remove_start: Message


PROMPTS = Side(
    column=0,
    ending_id="separator",
    prefix_id="prompt-prefix",
    signs=SEPARATORS,
    last_sign=LAST_SEPARATOR,
    long_prefix=13,
    same=Message("All prompts are the same: “%(text)s”. Leave them empty if the model is to write freely, else make them differ."),
    ends=Message("All prompts end with “%(text)s”."),
    ends_and_occurs=Message("All prompts end with “%(text)s”, and some hold it earlier too. An ending that occurs nowhere else is better."),
    ends_long=Message("All prompts end with “%(text)s”. A shorter ending would do, such as “%(better)s”."),
    no_end=Message("Prompts do not end in a common sign, so the model cannot tell where the prompt stops and its answer starts."),
    add_end=Message("Add “%(sign)s” to the end of all prompts"),
    begins=Message("All prompts begin with “%(text)s”. A tuned model needs no such instruction."),
    remove_start=Message("Remove “%(text)s” from the start of all prompts"),
)
COMPLETIONS = Side(
    column=1,
    ending_id="ending",
    prefix_id="completion-prefix",
    signs=ENDINGS,
    last_sign=LAST_ENDING,
    long_prefix=5,
    same=Message("All completions are the same: “%(text)s”. The model would only ever repeat it; make them differ."),
    ends=Message("All completions end with “%(text)s”."),
    ends_and_occurs=Message("All completions end with “%(text)s”, and some hold it earlier too. An ending that occurs nowhere else is better."),
    ends_long=Message("All completions end with “%(text)s”. A shorter ending would do, such as “%(better)s”."),
    no_end=Message("Completions do not end in a common sign, so the model cannot know when to stop."),
    add_end=Message("Add “%(sign)s” to the end of all completions"),
    begins=Message("All completions begin with “%(text)s”. Only what differs needs to be learnt."),
    remove_start=Message("Remove “%(text)s” from the start of all completions"),
)


def separator(facts: Facts) -> Finding | None:
    """A prompt must end in a sign of its own, so that the model knows where to go on."""
    return None if facts.task == "open-ended" else _end(facts, PROMPTS)


def ending(facts: Facts) -> Finding | None:
    """A completion must end in a sign of its own, so that the model knows when to stop."""
    return _end(facts, COMPLETIONS) if facts.task == "conditional" else None


def prompt_prefix(facts: Facts) -> Finding | None:
    """A long start that all prompts share says nothing: the model learns the task from the rows."""
    known = facts.prompts
    if known.all_same or not 0 < len(known.start) < PROMPTS.long_prefix:
        return _start(facts, PROMPTS)
    return Finding("prompt-prefix", "info", Message("All prompts begin with “%(text)s”.", text=visible(shorten(known.start))))


def completion_prefix(facts: Facts) -> Finding | None:
    """A start that all completions share is not worth learning. A leading blank stays."""
    return _start(facts, COMPLETIONS)


def leading_blank(facts: Facts) -> Finding | None:
    """Completions begin with a blank, as words do inside a text."""
    known = facts.completions
    if known.n_blank == known.n:
        return None
    return _change(
        facts,
        COMPLETIONS,
        "leading-blank",
        Message("Not all completions begin with a blank, as words do in the middle of a text."),
        Message("Add a blank to the start of completions that have none"),
        lambda text: text if text.startswith(" ") else f" {text}",
        known.n - known.n_blank,
    )


def best_sign(known: Column, side: Side) -> str:
    """The first sign that occurs in no text of the column; the one-line separator only if all prompts are single lines."""
    free = (sign for sign in side.signs if sign in known.unseen)
    if side is PROMPTS and "\n" not in known.unseen:
        free = (sign for sign in free if sign != ONE_LINE_SEPARATOR)
    return next(free, side.last_sign)


def _end(facts: Facts, side: Side) -> Finding:
    known = _column(facts, side)
    shared, shown = known.end, visible(shorten(known.end))
    if known.all_same:
        return Finding(side.ending_id, "error", _say(side.same, text=shown))
    if not shared:
        sign = best_sign(known, side)
        return _change(facts, side, side.ending_id, side.no_end, _say(side.add_end, sign=visible(sign)), lambda text: text + sign)
    if occurs(shared, facts.texts(side.column), before_end=len(shared)) if known.end_occurs is None else known.end_occurs:
        return Finding(side.ending_id, "info", _say(side.ends_and_occurs, text=shown))
    if len(shared) > LONG_ENDING:
        return Finding(side.ending_id, "info", _say(side.ends_long, text=shown, better=visible(best_sign(known, side))))
    return Finding(side.ending_id, "info", _say(side.ends, text=shown))


def _start(facts: Facts, side: Side) -> Finding | None:
    known = _column(facts, side)
    length, shown = len(known.start), visible(shorten(known.start))
    if length < side.long_prefix or known.all_same:
        return None
    blank = " " if side is COMPLETIONS and known.start[0] == " " else ""
    return _change(
        facts, side, side.prefix_id, _say(side.begins, text=shown), _say(side.remove_start, text=shown), lambda text: blank + text[length:]
    )


def _change(
    facts: Facts, side: Side, id: str, message: Message, action: Message, change: Callable[[str], str], n: int | None = None
) -> Finding:
    """A question whose yes changes the texts of one column."""
    if side is PROMPTS:
        fix = lambda rows: ((change(prompt), completion) for prompt, completion in rows)  # noqa: E731
    else:
        fix = lambda rows: ((prompt, change(completion)) for prompt, completion in rows)  # noqa: E731
    samples = changes(facts.texts(side.column), change)
    return Finding(id, "recommended", message, action, facts.n if n is None else n, samples, fix)


def _column(facts: Facts, side: Side) -> Column:
    return facts.prompts if side is PROMPTS else facts.completions


def _say(sentence: Message, **values: str) -> Message:
    return Message(sentence.template, **values)
