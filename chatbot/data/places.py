"""Where a row came from: a file and the line it begins on."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A line (from 1; 0: not known) of a file; of one in a ZIP the name is that inside."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


Line = int | Place  # a line of the file itself, or of one inside it


def placed(name: str, line: Line) -> Place:
    """The place of a row of the file `name`."""
    return line if isinstance(line, Place) else Place(name, line)


def told(line: Line) -> int | str:
    """A line as a value of a sentence."""
    return str(line) if isinstance(line, Place) else line
