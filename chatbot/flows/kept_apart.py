"""Preparing rows of which some are kept apart: the questions are about all that is learned or checked with, each answer
changes both parts alike, and the test part is neither asked about nor written."""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from pathlib import Path
from typing import Any, Callable, Iterable

import numpy as np

from chatbot.data.blocks import Picked, Through
from chatbot.data.findings import Finding
from chatbot.data.questions import Analysis
from chatbot.data.questions.facts import with_completion
from chatbot.data.parts import TEST, TRAIN, VALIDATION
from chatbot.flows import prepare
from chatbot.flows.prepare import SPLIT, Answers, Inspection, NamedFile, Summary
from chatbot.records import Style
from chatbot.store import version_files

OF_ROWS = ("dialogues", "records", "lines")  # what a reading has one of for each row


def parts_of(inspection: Inspection, version: str, by_line: bool) -> np.ndarray:
    """The part of every row of an inspection. `version` is the folder of the version whose rows these are (empty: none);
    `by_line` when its own file was read, not the upload it came from."""
    if not version:
        return np.zeros(_n_rows(inspection), "u1")
    part = np.array(np.load(Path(version) / version_files.INDEX, mmap_mode="r")["part"])
    return part[np.asarray(inspection.reading.lines) - 1] if by_line else part


def questions(inspection: Inspection, part: np.ndarray, style: Style) -> list[Finding]:
    """See `prepare.questions`; `part` is the part of each row."""
    found = prepare.questions(_rows(inspection, part != TEST), style)
    return [finding for finding in found if finding.id != SPLIT] if (part == VALIDATION).any() else found


def finish(
    inspection: Inspection, part: np.ndarray, answers: Answers, style: Style, is_taken: Callable[[str], bool], always: bool = False
) -> tuple[list[NamedFile], Summary]:
    """See `prepare.finish`; `part` is the part of each row. With a validation part there are two files, one for each.

    `always`: write a file though nothing has to be changed."""
    seen = _rows(inspection, part != TEST)
    analysis = prepare.analyse(seen, style)
    if not (part == VALIDATION).any():
        return prepare.files_of(seen, prepare.draft(analysis, answers, style), answers, style, is_taken, always=always or bool(part.any()))
    learned, aside = (
        prepare.draft(Analysis(analysis.findings, _usable(_rows(inspection, part == each), style)), answers, style)
        for each in (TRAIN, VALIDATION)
    )
    return prepare.files_of(seen, learned, answers, style, is_taken, aside, always=True)


def _usable(inspection: Inspection, style: Style) -> Iterable[Any]:
    """The rows after everything necessary was done."""
    rows = prepare.rows_of(inspection, style)
    return Through(rows, [with_completion]) if style == "completions" else rows


def _n_rows(inspection: Inspection) -> int:
    reading = inspection.reading
    return len(reading.records or reading.pairs or reading.dialogues)


def _rows(inspection: Inspection, wanted: np.ndarray) -> Inspection:
    """The same file with some of its rows only."""
    if wanted.all():
        return inspection
    reading, few = inspection.reading, wanted.tolist()
    fields: dict[str, Any] = {
        name: [*compress(values, few)] for name in OF_ROWS if len(values := getattr(reading, name)) == len(wanted)
    }
    if reading.pairs:  # they may be too many to be held
        fields["pairs"] = Picked(reading.pairs, few)
    return replace(inspection, reading=replace(reading, **fields), facts=None)
