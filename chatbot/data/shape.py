"""From a table to its meaning: dialogues in one column, prompt/completion pairs, or chat messages."""

from __future__ import annotations

from typing import Any

from chatbot.data.chat_lines import fault, to_dialogue
from chatbot.data.mapping import Mapping, Speaker
from chatbot.data.reading import InputKind, Reading, Rejected, Row, Table, find_column
from chatbot.data.speakers import first_speaker as guess_first_speaker
from chatbot.data.speakers import pair_up
from chatbot.records import DataError, Message

DAMAGED = "\ufffd"
SIDES: dict[Speaker, Message] = {"bot": Message("bot"), "human": Message("human")}


def shape(name: str, table: Table, mapping: Mapping) -> Reading:
    """Decide by the column names. Raises DataError when none is known or no row can be used."""
    if not table.rows:
        raise DataError(Message("%(name)s has no rows below its column names. Add dialogues and try again.", name=name))
    prompt, completion = (find_column(table.columns, wanted) for wanted in ("prompt", "completion"))
    if prompt and completion:
        return _pairs(table, table.columns.index(prompt), table.columns.index(completion))
    if "messages" in table.columns:
        return _chat(name, table)
    text = find_column([column.strip() for column in table.columns], "text")
    if text:
        return _dialogues(name, table, [column.strip() for column in table.columns].index(text), mapping.first_speaker)
    raise DataError(
        Message(
            "%(name)s has the columns %(columns)s. Needed is a column Text (one turn per row, bot and human in turn) "
            "or two columns, prompt and completion: rename the columns and try again.",
            name=name,
            columns=", ".join(f"“{column}”" for column in table.columns[:12]) or "“”",
        )
    )


def _pairs(table: Table, prompt: int, completion: int) -> Reading:
    as_is = len(table.columns) == 2 and prompt == 0
    rows: list[Row] = table.rows if as_is else [(row[prompt], row[completion]) for row in table.rows]
    lines = table.lines
    if any(DAMAGED in text for row in rows for text in row):
        rows, lines = _without_damage(table, rows)
    return _reading("pairs", table, pairs=rows, lines=lines, conversion=table.conversion)


def _chat(name: str, table: Table) -> Reading:
    records, lines = [], []
    for line, row in zip(table.lines, table.rows):
        record = {key: cell for key, cell in zip(table.columns, row) if cell != ""}
        reason = fault(record)
        if reason:
            table.rejected.append(Rejected(line, reason))
        else:
            records.append(record)
            lines.append(line)
    if not records:
        first = table.rejected[0]
        raise DataError(
            Message("%(name)s has no usable conversation. Line %(line)s: %(reason)s.", name=name, line=first.line, reason=first.reason)
        )
    dialogues = tuple(to_dialogue(record, f"{name}:{line}") for record, line in zip(records, lines))
    return _reading("chat", table, dialogues=dialogues, records=records, lines=lines, conversion=table.conversion)


def _dialogues(name: str, table: Table, column: int, first_speaker: Speaker | None) -> Reading:
    texts = [row[column] for row in table.rows]
    if len(texts) < 2:
        raise DataError(
            Message("%(name)s has only one row. A dialogue needs at least a question and its answer: add rows.", name=name)
        )
    first = first_speaker or guess_first_speaker(texts)
    greeting, dialogues, empty, unanswered = pair_up(texts, [f"{name}:{line}" for line in table.lines], first)
    if not first_speaker and first == "human":
        table.warnings.append(
            Message("The first row looks like a question, so it is read as the human's and the second row as the bot's.")
        )
    if unanswered is not None:
        table.warnings.append(
            Message(
                "The last row (line %(line)s) is the human's and has no answer, so it is left out.",
                line=table.lines[unanswered],
            )
        )
    table.rejected += [Rejected(table.lines[index], Message("the question or its answer is empty")) for index in empty]
    sound = tuple(dialogue for dialogue in dialogues if not any(DAMAGED in turn.text for turn in dialogue.turns))
    if not sound:
        raise DataError(
            Message(
                "%(name)s has no question followed by an answer. Rows 1, 3, 5 … are taken as the %(first)s's; "
                "say who speaks first if that is wrong, or add rows.",
                name=name,
                first=SIDES[first],
            )
        )
    return _reading("dialogues", table, dialogues=sound, mapping=Mapping(first_speaker=first), greeting=greeting)


def _reading(kind: InputKind, table: Table, **found: Any) -> Reading:
    """What was found, and what is told of every table."""
    told = {"columns": tuple(table.columns), "warnings": _warnings(table), "rejected": tuple(table.rejected)}
    return Reading(kind, **told, **found)


def _without_damage(table: Table, rows: list[Row]) -> tuple[list[Row], list[int]]:
    kept = [index for index, row in enumerate(rows) if not any(DAMAGED in text for text in row)]
    return [rows[index] for index in kept], [table.lines[index] for index in kept]


def _warnings(table: Table) -> tuple[Message, ...]:
    if not table.rejected:
        return tuple(table.warnings)
    first = table.rejected[0]
    left_out = Message(
        "Rows left out: %(n)s. The first is in line %(line)s: %(reason)s.",
        n=len(table.rejected),
        line=first.line,
        reason=first.reason,
    )
    return (*table.warnings, left_out)
