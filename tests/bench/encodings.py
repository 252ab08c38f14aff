"""How often the encoding of a short text is found: `make bench-encodings`.

500 sentences of each language, each as a file of its own in the encodings that such files come in. Whatever is not UTF-8
and has no byte order mark is a guess, and a guess is always said; a wrong one shows in the preview, which is checked too.
"""

from __future__ import annotations

import sys
from pathlib import Path

from chatbot.data.source import open_text
from chatbot.records import DataError

TEXTS = Path(__file__).resolve().parent.parent / "data" / "encodings"
CJK = ("simplified", "traditional", "japanese")
ENCODINGS = {
    "utf-8": (*CJK, "western"),
    "utf-8-sig": (*CJK, "western"),
    "utf-16": (*CJK, "western"),
    "gbk": ("simplified",),
    "gb18030": ("simplified",),  # with a character that GBK lacks
    "big5": ("traditional",),
    "shift_jis": ("japanese",),
    "cp1252": ("western",),
}


def texts(language: str) -> list[str]:
    return (TEXTS / f"{language}.txt").read_text(encoding="utf-8").splitlines()


RARE = "䶮"  # a name; four bytes in GB18030


def outcome(text: str, encoding: str) -> str:
    """right, told (wrong, but with a warning or refused), or silent (wrong, and nothing says so)."""
    try:
        source = open_text("text.txt", f"{text}\n".encode(encoding))
    except DataError:
        return "told"
    if source.text().lstrip("\ufeff") == f"{text}\n":
        return "right"
    return "told" if source.warnings else "silent"


def main() -> int:
    """One line an encoding and language. Returns 1 when a wrong text was not told of."""
    silent = 0
    for encoding, languages in ENCODINGS.items():
        for language in languages:
            rare = RARE if encoding == "gb18030" else ""
            found = [outcome(text + rare, encoding) for text in texts(language)]
            right, wrong = found.count("right"), found.count("silent")
            print(f"{encoding:10} {language:12} {right / len(found):7.1%} of {len(found)} right, {wrong} wrong without a warning")
            silent += wrong
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
