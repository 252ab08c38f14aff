"""TXT: each line is a completion; the prompts are empty."""

from __future__ import annotations

from chatbot.data.file import File
from chatbot.data.reading import Table


def read_txt(file: File) -> Table:
    """One row per line. What follows the last line end counts as an empty row, as it always has."""
    texts = [line.removesuffix("\n") for line in file.source.lines()]
    if file.source.text().endswith("\n"):
        texts.append("")
    return Table(["prompt", "completion"], [("", text) for text in texts], range(1, len(texts) + 1), "TXT")
