"""A file's bytes as text: which encoding they are in, found strictly first and guessed only with a warning."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass, field
from typing import Callable, TextIO

from chatbot.data.likely import believable, log_likelihood
from chatbot.records import DataError, Message

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GUESSES = ("gb18030", "big5", "cp932", "cp1252")
CHOICES = ("utf-8", "gb18030", "big5", "cp932", "euc-jp", "cp949", "cp1252", "iso8859-15", "cp1250", "cp1251", "koi8-r", "mac-roman", "utf-16")
SAMPLE = 40_000  # bytes looked at to judge a guess
DAMAGE = 0.5  # broken places per sound character up to which UTF-8 counts as damaged UTF-8
CHUNK = 1 << 20
MANY_ZEROS = 0.2  # share of the high bytes that are zero, from which text in UTF-16 is believed
LONGEST_LINE = 16_000_000  # bytes


Told = Callable[[float, int], None]  # hears how much of a file was read (0 to 1), and rows where they are counted


def nobody(share: float, rows: int) -> None:
    """Hears nothing."""


@dataclass(frozen=True)
class Source:
    """A text file. `errors` is "replace" where damaged places are shown as �. `told` hears how far `lines` has come."""

    name: str
    content: bytes
    encoding: str = "utf-8"
    errors: str = "strict"
    warnings: tuple[Message, ...] = ()
    told: Told = field(default=nobody, compare=False, repr=False)

    def lines(self, newline: str | None = None) -> TextIO:
        """The text, line by line, decoded as it is read (a large file is never held twice). Raises DataError for a line
        that is far too long to be one."""
        line = _too_long(self.content, LONGEST_LINE)
        if line:
            raise DataError(
                Message(
                    "%(name)s has a line of more than %(mb)s MB (line %(line)s). Put every row or message on a line of its own.",
                    name=self.name,
                    mb=LONGEST_LINE // 1_000_000,
                    line=line,
                )
            )
        return io.TextIOWrapper(_Told(self.content, self.told), self.encoding, self.errors, newline)

    def text(self) -> str:
        return self.content.decode(self.encoding, self.errors)

    def text_begins(self) -> str:
        """The first characters that are not blank."""
        return self.content[:CHUNK].decode(self.encoding, "replace").lstrip("\ufeff \t\r\n")[:100]


class _Told(io.BytesIO):
    """Bytes that tell how many of them were read."""

    def __init__(self, content: bytes, told: Told):
        super().__init__(content)
        self._size, self._told = len(content), told

    def read1(self, size: int | None = -1) -> bytes:
        chunk = super().read1(size)
        self._told(self.tell() / self._size, 0)
        return chunk


def open_text(name: str, content: bytes, encoding: str = "") -> Source:
    """Find the encoding of `content`, unless a person chose one. Raises DataError for an empty file and for one that is
    not text."""
    if not re.search(rb"\S", content):
        raise DataError(Message("%(name)s is empty. Choose a file with dialogues in it.", name=name))
    if encoding:
        return _chosen(name, content, "utf-8-sig" if encoding == "utf-8" and content.startswith(codecs.BOM_UTF8) else encoding)
    for mark, marked in BOMS:
        if content.startswith(mark):
            return _chosen(name, content, marked)
    if b"\0" in content:
        return _with_zero_bytes(name, content)
    if _decodes(content, "utf-8"):
        return Source(name, content)
    return _damaged_utf8(name, content) or _guessed(name, content)


def _chosen(name: str, content: bytes, encoding: str) -> Source:
    if not _decodes(content, encoding):
        damaged = Source(name, content, encoding, "replace")
        return Source(name, content, encoding, "replace", (_damage(name, encoding, damaged.text()),))
    source = Source(name, content, encoding)
    if not source.text().strip():
        raise DataError(Message("%(name)s is empty. Choose a file with dialogues in it.", name=name))
    return source


def _with_zero_bytes(name: str, content: bytes) -> Source:
    for encoding in ("utf-16-le", "utf-16-be"):  # without its mark
        if _decodes(content, encoding) and _is_readable(content[:CHUNK].decode(encoding), _has_its_zeros(content, encoding)):
            return Source(name, content, encoding, warnings=(_guess(name, encoding),))
    line = content.count(b"\n", 0, content.index(b"\0")) + 1
    raise DataError(
        Message(
            "%(name)s is not a text file (there is a zero byte in line %(line)s). Save it as CSV in UTF-8 and try again.",
            name=name,
            line=line,
        )
    )


def _damaged_utf8(name: str, content: bytes) -> Source | None:
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", "ignore")) - broken
    if broken > DAMAGE * sound:
        return None
    return Source(name, content, "utf-8", "replace", (_damage(name, "utf-8", text),))


def _guessed(name: str, content: bytes) -> Source:
    guesses = [] if _is_binary(content) else likely_encodings(content)
    if not guesses:
        raise DataError(
            Message("%(name)s cannot be read as text in any known encoding. Save it as UTF-8 and try again.", name=name)
        )
    return Source(name, content, guesses[0], warnings=(_guess(name, guesses[0]),))


def likely_encodings(content: bytes) -> list[str]:
    """The older encodings in which `content` can be read as what people write, the likeliest first."""
    scores = {}
    for encoding in GUESSES:
        if _decodes(content, encoding):
            text = codecs.getincrementaldecoder(encoding)().decode(_telling(content))
            if believable(text, encoding):
                scores[encoding] = log_likelihood(text, encoding)
    return sorted(scores, key=scores.__getitem__, reverse=True)


def _telling(content: bytes) -> bytes:
    """The beginning, and lines further on that are not plain ASCII, up to what is enough to judge by."""
    head = content[:SAMPLE]
    if not head.isascii():
        return head
    foreign = re.search(rb"[\x80-\xff]", content)
    start = content.rfind(b"\n", 0, foreign.start()) + 1 if foreign else 0
    return content[start : start + SAMPLE]


def _is_readable(text: str, is_likely: bool) -> bool:
    readable = sum(character.isprintable() or character.isspace() for character in text)
    return (is_likely or "\n" in text) and readable > 0.99 * len(text)


def _has_its_zeros(content: bytes, encoding: str) -> bool:
    """Whether plain letters are written with a zero byte each, as UTF-16 does, on the side that this one has them."""
    head = content[: CHUNK // 2 * 2]
    high, low = (head[1::2], head[::2]) if encoding == "utf-16-le" else (head[::2], head[1::2])
    return high.count(0) > MANY_ZEROS * len(high) and high.count(0) > 4 * low.count(0)


def _is_binary(content: bytes) -> bool:
    head = content[:CHUNK]
    controls = sum(head.count(code) for code in range(32) if code not in b"\t\n\r\f\x0b")
    return controls > 0.01 * len(head)


def _too_long(content: bytes, longest: int) -> int:
    """The number of the first line with more than `longest` bytes; 0 when there is none."""
    start = 0
    while len(content) - start > longest:
        end = content.rfind(b"\n", start, start + longest)
        if end < 0:
            return content.count(b"\n", 0, start) + 1
        start = end + 1
    return 0


def _decodes(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(content)
    try:
        for start in range(0, len(view), CHUNK):
            decoder.decode(view[start : start + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guess(name: str, encoding: str) -> Message:
    return Message(
        "%(name)s is not UTF-8 and was read as %(encoding)s. Look at the texts: if they are wrong, choose another encoding.",
        name=name,
        encoding=encoding.upper(),
    )


def _damage(name: str, encoding: str, text: str) -> Message:
    return Message(
        "%(name)s is damaged: places that are not %(encoding)s: %(n)s, the first in line %(line)s. "
        "The rows concerned are left out. Save the file again as UTF-8 to keep them.",
        name=name,
        n=text.count("\ufffd"),
        line=text.count("\n", 0, text.find("\ufffd")) + 1,
        encoding=encoding.removesuffix("-sig").upper(),
    )
