"""The preparation questions: one question, one function, one finding.

Decided as the preparation tool of OpenAI's 2023 fine-tuning decided them, in the same order, without its known faults.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterable, Mapping, Sequence

from chatbot.data.blocks import Through
from chatbot.data.findings import Finding, SourceOf
from chatbot.data.masking import Rules
from chatbot.data.questions import ends, leaks, outcome, rows as row_questions, table
from chatbot.data.questions.facts import Facts
from chatbot.data.reading import Row
from chatbot.records import DataError, Message

Check = Callable[[Facts], Finding | None]
REMOVALS: tuple[Check, ...] = (row_questions.task, row_questions.duplicates, row_questions.long_rows)
CHANGES: tuple[Check, ...] = (
    row_questions.upper_prompts,
    row_questions.upper_completions,
    ends.separator,
    ends.prompt_prefix,
    ends.completion_prefix,
    ends.ending,
    ends.leading_blank,
)


@dataclass(frozen=True)
class Analysis:
    """What was found, in the order it is told, and the rows after everything necessary was done."""

    findings: tuple[Finding, ...]
    rows: Iterable[Any]

    @property
    def error(self) -> Message | None:
        """What makes the data useless, if anything does."""
        return next((finding.message for finding in self.findings if finding.kind == "error"), None)


def analyse(
    rows: Iterable[Row],
    columns: Sequence[str] = ("prompt", "completion"),
    conversion: str = "",
    rules: Rules | None = None,
    source_of: SourceOf = lambda index: "",
    facts: Facts | None = None,
) -> Analysis:
    """Ask every question about rows of (prompt, completion). `columns` and `conversion` are the file's own, `facts` what is
    known of the rows already.

    With `rules` it is asked what is to be masked, which the old tool did not, and told what results; `source_of` says
    where a row came from."""
    facts = facts or Facts(rows)
    if not facts.n:
        raise DataError(Message("No row has a completion. Fill in the completions and try again."))
    found = [
        table.conversion(conversion),
        table.count(facts.n_all),
        table.column(columns, "prompt"),
        table.column(columns, "completion"),
        table.extra_columns(columns),
        table.empty_completions(facts),
        *(check(facts) for check in REMOVALS),
        *(leaks.of_pairs(facts.rows, source_of if facts.n == facts.n_all else _unknown, rules) if rules else ()),
        *(check(facts) for check in CHANGES),
    ]
    findings = [finding for finding in found if finding]
    results = outcome.of(findings, facts.rows) if rules else ()
    return Analysis((*findings, *results), facts.rows)


def apply(analysis: Analysis, answers: Mapping[str, bool]) -> Through:
    """The rows after every recommended fix that was not refused, and after what a No does otherwise. Raises DataError if there was an error."""
    if analysis.error:
        raise DataError(analysis.error)
    asked = (finding for finding in analysis.findings if finding.kind == "recommended")
    fixes = (finding.fix if answers.get(finding.id, True) else finding.otherwise for finding in asked)
    return Through(analysis.rows, [fix for fix in fixes if fix])


def _unknown(index: int) -> str:
    """Rows were left out, so that the others have other numbers now."""
    return ""
