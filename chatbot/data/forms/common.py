"""What every form shares: telling what was found, and the dialogues of a log of messages."""

from __future__ import annotations

from typing import Any, Iterable, Sequence

from chatbot.data.mapping import Mapping
from chatbot.data.places import Line
from chatbot.data.reading import InputKind, Reading, Rejected, Table
from chatbot.data.sides import Said, guess_bots, speakers_of, to_dialogues
from chatbot.records import DataError, Dialogue, Message, Turn

DAMAGED = "\ufffd"
EMPTY = Message("the question or its answer is empty")


def reading_of(kind: InputKind, table: Table, **found: Any) -> Reading:
    """What was found, and what is told of every table."""
    told = {"columns": tuple(table.columns), "warnings": tuple(table.warnings), "rejected": tuple(table.rejected)}
    return Reading(kind, **told, **found)


def reading_of_log(name: str, table: Table, messages: Sequence[Said], mapping: Mapping) -> Reading:
    """A log of messages as dialogues, with the bots a person named, else those it looks like. Raises DataError."""
    speakers = speakers_of(messages)
    if len(speakers) == 1:
        raise DataError(
            Message(
                "In %(name)s only “%(speaker)s” speaks. A dialogue needs somebody who asks and somebody who answers.",
                name=name,
                speaker=speakers[0][0],
            )
        )
    bots = tuple(bot for bot in mapping.bots if bot in dict(speakers)) or guess_bots(messages)
    sides = to_dialogues(messages, bots, name)
    table.rejected += sides.rejected
    if not sides.dialogues:
        raise DataError(
            Message(
                "%(name)s has no question that %(bots)s answered. Choose somebody else as the bot.",
                name=name,
                bots=", ".join(f"“{bot}”" for bot in bots) or "“”",
            )
        )
    return reading_of_dialogues(
        table,
        sides.dialogues,
        sides.lines,
        greeting=sides.greeting,
        speakers=speakers,
        mapping=mapping.with_found(bots=bots),
    )


def reading_of_dialogues(table: Table, dialogues: Iterable[Dialogue], lines: Sequence[Line], **found: Any) -> Reading:
    """Dialogues without the damaged ones, of which the encoding's warning tells."""
    pairs = [(dialogue, line) for dialogue, line in zip(dialogues, lines) if not is_damaged(dialogue)]
    return reading_of(
        "dialogues", table, dialogues=tuple(dialogue for dialogue, _ in pairs), lines=[line for _, line in pairs], **found
    )


def is_damaged(dialogue: Dialogue) -> bool:
    return any(DAMAGED in turn.text for turn in dialogue.turns)


def question_and_answer(question: str, answer: str, source: str) -> Dialogue:
    return Dialogue((Turn("user", question), Turn("assistant", answer)), source)


def cells_of(table: Table, column: str) -> list[str]:
    """One column as text."""
    index = table.columns.index(column)
    return [cell if isinstance(cell, str) else str(cell) for cell in (row[index] for row in table.rows)]


def reject(table: Table, line: Line, reason: Message) -> None:
    table.rejected.append(Rejected(line, reason))
