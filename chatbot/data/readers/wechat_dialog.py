"""WeChat's dialog platform (微信对话开放平台): skills as CSV or JSON, questions and answers joined by `##`."""

from __future__ import annotations

from typing import Any, Iterable, Sequence

from chatbot.data.columns import plain
from chatbot.data.file import File, extension_of
from chatbot.data.json_text import lines_under
from chatbot.data.reading import Table
from chatbot.data.readers import delimited
from chatbot.data.readers.talks import answered, table_of_talks

STANDARD = ("标准问题", "标准问", "standard question", "intent")
SIMILAR = ("相似问题", "相似问", "similar questions", "similar question", "questions")
ANSWERS = ("回答", "机器人回答", "答案", "answers", "answer", "reply")


def recognises(file: File) -> bool:
    if extension_of(file.name) == ".json":
        data = file.document.get("data") if isinstance(file.document, dict) else None
        return isinstance(data, list) and any(map(_is_skill, data))
    header = [plain(cell) for cell in delimited.header(file.source)] if b"##" in file.content else []
    return bool(_index(header, STANDARD) is not None and _index(header, ANSWERS) is not None)


def read(file: File) -> Table:
    """Every question, the standard one and those like it, with one of the answers in turn."""
    return _from_json(file) if extension_of(file.name) == ".json" else _from_csv(file)


def _from_json(file: File) -> Table:
    found = []
    skills = file.document["data"]
    for line, skill in zip(lines_under(file.source.text(), "data", len(skills)), skills):
        if _is_skill(skill) and not skill.get("disable"):
            questions = [skill.get("intent"), *_strings(skill.get("questions"))]
            found.append((line, questions, _strings(skill.get("answers"))))
    return _table(found)


def _from_csv(file: File) -> Table:
    table = delimited.read_csv(file)
    header = [plain(cell) for cell in table.columns]
    standard, similar, answers = (_index(header, names) for names in (STANDARD, SIMILAR, ANSWERS))
    found = []
    for line, row in zip(table.lines, table.rows):
        like = row[similar].split("##") if similar is not None else []
        found.append((line, [row[standard], *like], row[answers].split("##")))  # type: ignore[index]
    made = _table(found)
    made.rejected, made.warnings = table.rejected, table.warnings
    return made


def _table(found: Iterable[tuple[int, Sequence[Any], Sequence[Any]]]) -> Table:
    return table_of_talks((line, talk) for line, questions, answers in found for talk in answered(questions, answers))


def _is_skill(found: Any) -> bool:
    return isinstance(found, dict) and "answers" in found and ("intent" in found or "questions" in found)


def _strings(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _index(header: Sequence[str], names: Sequence[str]) -> int | None:
    return next((number for number, cell in enumerate(header) if cell in names), None)
