"""A question and its answer in each row, whatever the columns are called."""

from __future__ import annotations

from chatbot.data import columns
from chatbot.data.forms.common import EMPTY, cells_of, question_and_answer, reading_of_dialogues, reject
from chatbot.data.mapping import Mapping
from chatbot.data.places import Line, placed
from chatbot.data.reading import Reading, Table, find_column
from chatbot.records import DataError, Dialogue, Message, Turn


def by_name(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """Columns that a person chose, or whose names say question and answer."""
    if mapping.text or mapping.speaker:
        return None
    found = columns.by_name(table.columns) | mapping.columns()
    if "question" in found and "answer" in found:
        return _reading(name, table, mapping, found["question"], found["answer"])
    return None


def by_content(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """Two columns of texts with other names; that they were guessed is said."""
    found = columns.by_content(table.columns, table.rows)
    if "question" not in found:
        return None
    reading = _reading(name, table, mapping, found["question"], found["answer"])
    guessed = Message(
        "The column names say little, so “%(question)s” was taken as the question and “%(answer)s” as the answer.", **found
    )
    return reading.with_warning(guessed)


def alone(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """Questions without answers: they can be looked at, and answered, but not learnt from."""
    found = mapping.question or columns.by_name(table.columns).get("question")
    if not found or len(table.columns) > 1:
        return None
    table.warnings.append(
        Message("%(name)s holds %(n)s questions and no answers. Add the answers before you train.", name=name, n=len(table.rows))
    )
    asked = cells_of(table, found)
    dialogues = [Dialogue((Turn("user", text.strip()),), str(placed(name, line))) for line, text in zip(table.lines, asked) if text.strip()]
    return _checked(name, table, dialogues, [line for line, text in zip(table.lines, asked) if text.strip()], mapping)


def instructions(name: str, table: Table, mapping: Mapping) -> Reading | None:
    """Alpaca: `instruction`, perhaps an `input` that belongs to it, `output`, perhaps a `history` of pairs and a `system`."""
    instruction, output = (find_column(table.columns, wanted) for wanted in ("instruction", "output"))
    if not (instruction and output) or mapping.columns():
        return None
    dialogues, lines = [], []
    for line, row in zip(table.lines, table.rows):
        record = dict(zip(map(str.lower, table.columns), row))
        turns = (*_before(record), Turn("user", _asked(record)), Turn("assistant", str(record["output"]).strip()))
        if turns[-1].text and turns[-2].text:
            dialogues.append(Dialogue(turns, str(placed(name, line))))
            lines.append(line)
        else:
            reject(table, line, EMPTY)
    return _checked(name, table, dialogues, lines, mapping)


def _reading(name: str, table: Table, mapping: Mapping, question: str, answer: str) -> Reading:
    dialogues, lines = [], []
    for line, asked, answered in zip(table.lines, cells_of(table, question), cells_of(table, answer)):
        if asked.strip() and answered.strip():
            dialogues.append(question_and_answer(asked.strip(), answered.strip(), str(placed(name, line))))
            lines.append(line)
        else:
            reject(table, line, EMPTY)
    return _checked(name, table, dialogues, lines, mapping.with_found(question=question, answer=answer))


def _checked(name: str, table: Table, dialogues: list[Dialogue], lines: list[Line], mapping: Mapping) -> Reading:
    if not dialogues:
        raise DataError(Message("%(name)s has no row with both a question and an answer. Fill them in and try again.", name=name))
    return reading_of_dialogues(table, dialogues, lines, mapping=mapping)


def _asked(record: dict[str, object]) -> str:
    return "\n\n".join(filter(None, (str(record.get(key) or "").strip() for key in ("instruction", "input"))))


def _before(record: dict[str, object]) -> list[Turn]:
    history = record.get("history")
    turns = [Turn("system", str(record["system"]))] if record.get("system") else []
    for pair in history if isinstance(history, list) else []:
        if isinstance(pair, list) and len(pair) == 2:
            turns += [Turn("user", str(pair[0])), Turn("assistant", str(pair[1]))]
    return turns
