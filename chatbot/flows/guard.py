"""The story of a claim: words are shown as they come, but a number, an address or a name only once a source has it.

An answer that claims something else is asked for once more, at temperature 0; after that the approved answer is given.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Callable, Iterator, Sequence

from chatbot.data.masking.chinese_names import chinese_names
from chatbot.data.masking.english_names import english_names
from chatbot.flows.similar import CERTAIN, LEAST_SURE, SURE
from chatbot.prompting.claims import settled
from chatbot.prompting.guard import Known, leaves_out, loops, means_another, mixes
from chatbot.prompting.phrases import hand_over, hedged
from chatbot.prompting.similar import Found
from chatbot.records import Persona, Piece, Turn


def known(sources: Sequence[str]) -> Known:
    """What may be said on the ground of these texts."""
    return Known.of(sources, people("\n".join(sources)))


def made_up(known: Known, answer: str) -> list[str]:
    """What the answer claims and no source has."""
    return known.made_up(answer, people(answer))


def people(text: str) -> list[str]:
    """Names of people, by the rules of masking."""
    return [text[span.start : span.end] for rule in (chinese_names, english_names) for span in rule(text)]


@dataclass(frozen=True)
class Grounds:
    """What the answer to a question has to stand on."""

    question: str
    found: Found
    persona: Persona
    history: tuple[Turn, ...]
    retry: bool = True  # whether asking again could bring another answer

    @property
    def fixed(self) -> str | None:
        """What is said without asking the model, because it is not sure which approved answer is meant."""
        if self.found.chatter or self.found.confidence >= SURE:
            return None
        if self.found.confidence < LEAST_SURE or not self.found.neighbours:
            return hand_over(self.question, self._approved)
        return hedged(self.question, self._approved)

    @property
    def sources(self) -> list[dict[str, str | float]]:
        """The neighbours as they are kept with an answer that stands on them."""
        if self.found.chatter or self.found.confidence < LEAST_SURE:
            return []
        shown = ("question", "answer", "source", "score")
        return [{name: getattr(neighbour, name) for name in shown} for neighbour in self.found.neighbours]

    @property
    def instead(self) -> str:
        """What is said when the model cannot be trusted: the best approved answer, with others if it is not far ahead."""
        if self.found.chatter or not self.found.neighbours:
            return self.persona.greeting or hand_over(self.question)
        if self.found.confidence < CERTAIN and len(self.found.neighbours) > 1:
            return hedged(self.question, self._approved)
        return self._approved[0]

    @cached_property
    def known(self) -> Known:
        return known([*self._anywhere, *self._near])

    @property
    def _approved(self) -> list[str]:
        return [each.answer for each in self.found.neighbours]

    @cached_property
    def _near(self) -> list[str]:
        return [f"{each.question}\n{each.answer}" for each in self.found.neighbours]

    @cached_property
    def _anywhere(self) -> list[str]:
        """Texts besides the approved answers that an answer may stand on."""
        persona = [self.persona.name, self.persona.preamble, self.persona.greeting, *(text for pair in self.persona.turns for text in pair)]
        return [self.question, *persona, *(turn.text for turn in self.history)]

    def refuse(self, answer: str) -> bool:
        """Whether a whole answer must not be given."""
        if made_up(self.known, answer) or not answer.strip() or loops(answer.strip()):
            return True
        if self.found.chatter or not self.found.neighbours:
            return False
        earlier = [turn.text for turn in self.history if turn.role == "assistant"]
        if means_another(answer, [*self._approved, *earlier]) or mixes(answer, self._near, "\n".join(self._anywhere)):
            return True
        return all(leaves_out(answer, each) for each in self._approved) or not self.known.supports(answer)


def guarded(grounds: Grounds, ask: Callable[[float | None], Iterator[Piece]], begun: str = "") -> Iterator[Piece]:
    """Stream an answer that claims nothing of its own. `ask` streams one at a temperature (None: the usual one).

    A piece that `replaces` takes the place of everything before it. `begun` is what has been said of the answer."""
    text, shown, reason = begun, len(begun), None
    with closing(ask(None)) as pieces:  # type: ignore[type-var]
        for piece in pieces:
            text, reason = text + piece.text, piece.finish_reason or reason
            end = shown + len(settled(text[shown:]))
            if end > shown and (made_up(grounds.known, text[:end]) or loops(text[:end])):
                break
            if end > shown:
                yield Piece(text[shown:end])
                shown = end
    if grounds.refuse(text):
        yield Piece(_corrected(grounds, ask, begun), "stop", replaces=True)
    else:
        yield Piece(text[shown:], reason)


def _corrected(grounds: Grounds, ask: Callable[[float | None], Iterator[Piece]], begun: str) -> str:
    if grounds.retry:
        again = begun + whole(ask(0.0))
        if not grounds.refuse(again):
            return again
    return grounds.instead


def whole(pieces: Iterator[Piece]) -> str:
    """The text of a stream, to its end."""
    text = ""
    for piece in pieces:
        text = piece.text if piece.replaces else text + piece.text
    return text
