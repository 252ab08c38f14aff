"""Conversations told turn by turn: with a speaker in each row, taking turns in one column, or a whole one in a row."""

from __future__ import annotations

import json
import re
from typing import Iterable, Sequence

from chatbot.data import columns
from chatbot.data.forms.common import EMPTY, cells_of, reading_of_dialogues, reading_of_log, reject
from chatbot.data.forms.conversations import messages_of_list
from chatbot.data.mapping import Mapping, Speaker
from chatbot.data.places import placed, told
from chatbot.data.reading import Reading, Rejected, Table
from chatbot.data.sides import BOT, HUMAN, Said
from chatbot.data.speakers import first_speaker as guess_first_speaker
from chatbot.data.speakers import pair_up
from chatbot.data.transcripts import COLUMNS, parse
from chatbot.records import DataError, Message

SIDES: dict[Speaker, Message] = {"bot": Message("bot"), "human": Message("human")}
LOOKED_AT = 50  # cells
MOST_UNANSWERED = 3  # files whose last row is told to be left out
NUMBER = re.compile(r"\d+(?:\.\d+)?")
SORTABLE = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d")


def by_speaker(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """Columns speaker and text, perhaps with the conversation each row belongs to."""
    found = columns.by_name(table.columns) | mapping.columns()
    if "text" in found and "speaker" not in found:
        found |= _speaker_by_content(table, found["text"])
    if "text" not in found or "speaker" not in found or mapping.question:
        return None
    return _log(name, table, mapping, found)


def by_content(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """A column of few names beside one of texts; that they were guessed is said."""
    found = columns.by_content(table.columns, table.rows)
    if "speaker" not in found:
        return None
    guessed = Message("The column names say little, so “%(speaker)s” was taken as the speaker and “%(text)s” as the text.", **found)
    return _log(name, table, mapping, found).with_warning(guessed)


def _log(name: str, table: Table, mapping: Mapping, found: dict[str, str]) -> Reading:
    if "time" in found:
        _sort(table, cells_of(table, found["time"]))
    speakers, texts = cells_of(table, found["speaker"]), cells_of(table, found["text"])
    talks = cells_of(table, found["conversation"]) if "conversation" in found else [""] * len(texts)
    messages = []
    for line, talk, speaker, text in zip(table.lines, talks, speakers, texts):
        if text.strip() and speaker.strip():
            messages.append(Said(talk, speaker.strip(), text, line))
        else:
            reject(table, line, Message("the speaker or the text is empty"))
    if not messages:
        raise DataError(Message("%(name)s has no row with both a speaker and a text. Fill them in and try again.", name=name))
    if table.columns == COLUMNS:
        return reading_of_log(name, table, messages, mapping)
    used = {part: found[part] for part in COLUMNS if part in found}
    return reading_of_log(name, table, messages, mapping.with_found(**used))


def alternating(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """One column of texts, the two sides taking turns, as in the script of 2023."""
    column = mapping.text or columns.by_name(table.columns).get("text")
    texts = cells_of(table, column) if column else []
    if not column or _is_whole_talks(texts):
        return None
    if table.rejected:
        raise DataError(_shifted(name, table.rejected[0]))
    if len(texts) < 2:
        raise DataError(
            Message("%(name)s has only one row. A dialogue needs at least a question and its answer: add rows.", name=name)
        )
    return _in_turn(name, table, texts, mapping.with_found(text=column))


def one_conversation_a_row(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """A column whose cells hold whole conversations: lines with speakers, or lists of messages."""
    for column in [mapping.text] if mapping.text else table.columns:
        cells = cells_of(table, column)
        if _is_whole_talks(cells):
            break
    else:
        return None
    messages = []
    for number, (line, cell) in enumerate(zip(table.lines, cells)):
        said = [Said(str(number), speaker, text, line) for speaker, text in _talk(cell)]
        if not said:
            reject(table, line, Message("there is no line with a speaker"))
        messages += said
    return reading_of_log(name, table, messages, mapping.with_found(text=column))


def numbered(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """Columns turn 1, turn 2 …: one conversation a row, the sides taking turns."""
    found = columns.turn_columns(table.columns)
    if not found:
        return None
    cells = [cells_of(table, column) for column in found]
    first = mapping.first_speaker or "human"
    names = ("human", "bot") if first == "human" else ("bot", "human")
    messages = [
        Said(str(number), names[turn % 2], text, line)
        for number, (line, texts) in enumerate(zip(table.lines, zip(*cells)))
        for turn, text in enumerate(texts)
        if text.strip()
    ]
    return reading_of_log(name, table, messages, mapping.with_found(first_speaker=first))


def _in_turn(name: str, table: Table, texts: Sequence[str], mapping: Mapping) -> Reading:
    first = mapping.first_speaker or guess_first_speaker(texts)
    found = pair_up(texts, [placed(name, line) for line in table.lines], first)
    if not mapping.first_speaker and first == "human":
        table.warnings.append(
            Message("The first row looks like a question, so it is read as the human's and the second row as the bot's.")
        )
    table.warnings += [
        Message("The last row (line %(line)s) is the human's and has no answer, so it is left out.", line=told(table.lines[index]))
        for index in found.unanswered[:MOST_UNANSWERED]
    ]
    table.rejected += [Rejected(table.lines[index], EMPTY) for index in found.empty]
    mapping = mapping.with_found(first_speaker=first)
    lines = [table.lines[index] for index in found.asked]
    reading = reading_of_dialogues(table, found.dialogues, lines, greeting=found.greeting, mapping=mapping)
    if not reading.dialogues:
        raise DataError(
            Message(
                "%(name)s has no question followed by an answer. Rows 1, 3, 5 … are taken as the %(first)s's; "
                "say who speaks first if that is wrong, or add rows.",
                name=name,
                first=SIDES[first],
            )
        )
    return reading


def _shifted(name: str, rejected: Rejected) -> Message:
    """Where the sides take turns, a row that cannot be read would turn every question after it into an answer."""
    return Message(
        "%(name)s cannot be read from line %(line)s on: %(reason)s. Mend that row and try again.",
        name=placed(name, rejected.line).file,
        line=placed(name, rejected.line).line,
        reason=rejected.reason,
    )


def _sort(table: Table, times: Sequence[str]) -> None:
    """Put the rows in the order of their times, if these can be compared as they are written: many exports begin with the
    newest message."""
    if all(map(NUMBER.fullmatch, times)):
        keys: list = list(map(float, times))
    elif all(map(SORTABLE.match, times)):
        keys = list(times)
    else:
        return
    order = sorted(range(len(keys)), key=keys.__getitem__)
    if order == [*range(len(keys))]:
        return
    table.rows, table.lines = [table.rows[row] for row in order], [table.lines[row] for row in order]


def _speaker_by_content(table: Table, text: str) -> dict[str, str]:
    for column in table.columns:
        names = set(cells_of(table, column)) if column != text else set()
        if 2 <= len(names) <= columns.MOST_SPEAKERS and any(BOT.search(cell) or HUMAN.search(cell) for cell in names):
            return {"speaker": column}
    return {}


def _is_whole_talks(cells: Sequence[str]) -> bool:
    looked_at = [cell for cell in cells[:LOOKED_AT] if cell.strip()]
    return bool(looked_at) and sum(len(_talk(cell)) > 1 for cell in looked_at) > len(looked_at) / 2


def _talk(cell: str) -> list[tuple[str, str]]:
    """(speaker, text) of every message in a cell."""
    if cell.lstrip().startswith(("[", "{")):
        try:
            return messages_of_list(json.loads(cell))
        except (ValueError, RecursionError):
            return []
    if "\n" not in cell:
        return []
    return [(message.speaker, message.text) for message in _parsed(cell)]


def _parsed(cell: str) -> Iterable:
    return parse(cell.splitlines()).messages
