"""The preparation questions: one question, one function, one finding.

Decided as the preparation tool of OpenAI's 2023 fine-tuning decided them, in the same order, without its known faults.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Mapping, Sequence

from chatbot.data.findings import Finding
from chatbot.data.questions import completions, prompts, rows as row_questions, table
from chatbot.data.questions.facts import Facts
from chatbot.data.reading import Row
from chatbot.records import DataError, Message

CHECKS: tuple[Callable[[Facts], Finding | None], ...] = (
    row_questions.task,
    row_questions.duplicates,
    row_questions.long_rows,
    row_questions.upper_prompts,
    row_questions.upper_completions,
    prompts.separator,
    prompts.prefix,
    completions.prefix,
    completions.ending,
    completions.leading_blank,
)


@dataclass(frozen=True)
class Analysis:
    """What was found, in the order it is told, and the rows after everything necessary was done."""

    findings: tuple[Finding, ...]
    rows: list

    @property
    def error(self) -> Message | None:
        """What makes the data useless, if anything does."""
        return next((finding.message for finding in self.findings if finding.kind == "error"), None)


def analyse(rows: Sequence[Row], columns: Sequence[str] = ("prompt", "completion"), conversion: str = "") -> Analysis:
    """Ask every question about rows of (prompt, completion). `columns` and `conversion` are the file's own."""
    empty = table.empty_completions(rows)
    kept = empty.fix(list(rows)) if empty and empty.fix else list(rows)
    if not kept:
        raise DataError(Message("No row has a completion. Fill in the completions and try again."))
    facts = Facts(kept)
    found = [
        table.conversion(conversion),
        table.count(rows),
        table.column(columns, "prompt"),
        table.column(columns, "completion"),
        table.extra_columns(columns),
        empty,
        *(check(facts) for check in CHECKS),
    ]
    return Analysis(tuple(finding for finding in found if finding), kept)


def apply(analysis: Analysis, answers: Mapping[str, bool]) -> list:
    """The rows after every recommended fix that was not refused. Raises DataError if there was an error."""
    if analysis.error:
        raise DataError(analysis.error)
    rows = analysis.rows
    for finding in analysis.findings:
        if finding.kind == "recommended" and finding.fix and answers.get(finding.id, True):
            rows = finding.fix(rows)
    return rows
