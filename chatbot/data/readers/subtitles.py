"""Subtitles (SRT, WebVTT, ASS): who speaks is told by a name, a dash, or, when neither is there, by a pause."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Iterator, Sequence

from chatbot.data.file import File
from chatbot.data.reading import Table
from chatbot.data.transcripts import COLUMNS
from chatbot.records import DataError, Message

VOICE = re.compile(r"<v(?:\.[\w.]{1,80})?\s{1,4}([^<>]{1,80})>")
NAMED = re.compile(r"^\s*[\[(]?(?P<name>[^\W\d_][\w .'’\-]{0,29}?)[\])]?\s?[:：]\s+(?P<text>\S.*)$", re.DOTALL)
SOUND = re.compile(r"\[[^\]]{0,200}\]|\([^)]{0,200}\)|（[^）]{0,200}）|【[^】]{0,200}】|[♪♫#][^♪♫#]{0,200}[♪♫#]|[♪♫]")
DASH = re.compile(r"^\s*[-–—‐]\s*(?=\S)")
SENTENCE_END = re.compile(r"[.!?。！？…\"”』」]\s*$")
PAUSE = 700  # milliseconds after which somebody else may be speaking
LONGEST = 20_000  # characters of one subtitle, with its markup
SCENE = 10_000  # milliseconds after which another conversation begins
MANY = 0.3  # share of the cues that must have a name before names are believed


@dataclass(frozen=True)
class Cue:
    """What is shown at once, from `start` to `end` (milliseconds), the line of its times, and who says it if that is known."""

    line: int
    start: int
    end: int
    name: str
    text: str


def read(file: File) -> Table:
    """One row a thing said. Raises DataError for what are no subtitles."""
    cues = _cues(file)
    named = [_with_name(cue) for cue in cues]
    table = Table(list(COLUMNS), [], [])
    if sum(bool(cue.name) for cue in named) >= MANY * len(named):
        said = _by_name(named)
    else:
        said = _by_pause(cues)
        table.warnings.append(
            Message("The subtitles do not name who speaks: a dash or a pause was taken as a change. Look at the dialogues.")
        )
    for conversation, speaker, text, cue in said:
        table.rows.append((str(conversation), speaker, text, str(cue.start)))
        table.lines.append(cue.line)  # type: ignore[attr-defined]
    return table


def _cues(file: File) -> list[Cue]:
    import pysubs2

    text = file.source.text()
    blocks = text.split("-->") if "-->" in text and not file.name.lower().endswith((".ass", ".ssa")) else text.splitlines()
    if any(len(block) > LONGEST for block in blocks):  # the patterns that take markup away would be at it for hours
        raise DataError(Message("%(name)s has a subtitle of more than %(n)s characters. Is it one?", name=file.name, n=LONGEST))
    text = VOICE.sub(lambda match: f"{match[1]}: ", text)
    try:
        with warnings.catch_warnings(action="ignore"):  # of styles, which nobody sees here
            events = pysubs2.SSAFile.from_string(text)
    except (pysubs2.Pysubs2Error, ValueError, IndexError, KeyError) as error:
        raise DataError(
            Message("%(name)s has no subtitles with times. Save it as SRT, WebVTT or ASS and try again.", name=file.name)
        ) from error
    cues = (
        Cue(line, event.start, event.end, event.name.strip(), SOUND.sub("", event.plaintext).strip())
        for line, event in sorted(zip(_lines(text, len(events)), events), key=lambda each: each[1].start)
        if not event.is_comment
    )
    return [cue for cue in cues if cue.text]


def _lines(text: str, count: int) -> list[int]:
    """The line of each of so many subtitles; zeros when they cannot be told."""
    found = [number for number, line in enumerate(text.splitlines(), 1) if "-->" in line or line.startswith(("Dialogue:", "Comment:"))]
    return found if len(found) == count else [0] * count


def _with_name(cue: Cue) -> Cue:
    match = None if cue.name else NAMED.match(cue.text)
    return Cue(cue.line, cue.start, cue.end, match["name"], match["text"]) if match else cue


def _by_name(cues: Sequence[Cue]) -> Iterator[tuple[int, str, str, Cue]]:
    """A cue without a name goes on with what was said before."""
    speaker = ""
    for conversation, cue in _scenes(cues):
        speaker = cue.name or speaker
        if speaker:
            yield conversation, speaker, " ".join(cue.text.split()), cue


def _by_pause(cues: Sequence[Cue]) -> Iterator[tuple[int, str, str, Cue]]:
    """Two speakers: a dash always changes between them, a pause does after the end of a sentence."""
    scene, side, last = -1, 0, None
    for conversation, cue in _scenes(cues):
        if conversation != scene:
            scene, side, last = conversation, 1, None
        for text, has_dash in _parts(cue.text):
            pause = last is None or (cue.start - last.end >= PAUSE and SENTENCE_END.search(last.text) is not None)
            if has_dash or pause and cue is not last:
                side = 1 - side
            last = cue
            yield conversation, f"Speaker {side + 1}", text, cue


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """What each speaker of a cue says, and whether a dash begins it."""
    parts: list[tuple[str, bool]] = []
    for line in text.splitlines():
        has_dash = DASH.match(line) is not None
        if has_dash or not parts:
            parts.append((DASH.sub("", line).strip(), has_dash))
        else:
            parts[-1] = (f"{parts[-1][0]} {line.strip()}", parts[-1][1])
    return ((text, has_dash) for text, has_dash in parts if text)


def _scenes(cues: Sequence[Cue]) -> Iterator[tuple[int, Cue]]:
    conversation, end = 0, 0
    for cue in cues:
        conversation += bool(end) and cue.start - end >= SCENE
        end = max(end, cue.end)
        yield conversation, cue
