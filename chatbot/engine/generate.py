"""Answers in the making: several choices read at once from llama.cpp, each cut at its stop texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from chatbot.engine.llama import Llama
from chatbot.engine.llama_stream import LlamaStream
from chatbot.engine.sse import Merged


@dataclass(frozen=True)
class Piece:
    """New text of a choice that may be shown, and llama.cpp's records of the tokens it is made of."""

    choice: int
    text: str
    tokens: list[dict[str, Any]]


@dataclass(frozen=True)
class End:
    """A choice is complete: why ("stop" or "length"), and the tokens it took."""

    choice: int
    reason: str
    completion_tokens: int
    cached_tokens: int


@dataclass
class Cutter:
    """Lets text through up to the first of `stops`, holding back what may be the start of one."""

    stops: tuple[str, ...]
    stopped: bool = False
    _held: str = ""
    _tokens: list[tuple[int, dict[str, Any]]] = field(default_factory=list)  # with the place each starts at
    _shown: int = 0

    def feed(self, text: str, tokens: list[dict[str, Any]], last: bool = False) -> tuple[str, list[dict[str, Any]]]:
        """The text that is certain after `text` arrived, and its tokens; with `last`, nothing is held any more."""
        start = self._shown + len(self._held)
        for token in filter(lambda token: token["bytes"], tokens):  # the one that ends an answer has none
            self._tokens.append((start, token))
            start += len(token["token"])
        self._held += text
        places = [place for stop in self.stops if (place := self._held.find(stop)) >= 0]
        self.stopped = bool(places)
        size = min(places) if places else len(self._held) - (0 if last else self._uncertain())
        shown, self._held = self._held[:size], self._held[size:]
        self._shown += size
        return shown, self._certain_tokens(last and not self.stopped)

    @property
    def rest(self) -> str:
        """What is not shown: after a stop, the stop text and all behind it."""
        return self._held

    def _uncertain(self) -> int:
        """How many characters at the end may be the start of a stop text."""
        longest = max(map(len, self.stops), default=1) - 1
        sizes = range(min(longest, len(self._held)), 0, -1)
        return next((n for n in sizes if any(stop.startswith(self._held[-n:]) for stop in self.stops)), 0)

    def _certain_tokens(self, every: bool) -> list[dict[str, Any]]:
        count = len(self._tokens) if every else sum(place < self._shown for place, _ in self._tokens)
        certain, self._tokens = self._tokens[:count], self._tokens[count:]
        return [token for _, token in certain]


def generate(
    llama: Llama, requests: list[dict[str, Any]], stops: tuple[str, ...], parallel: int
) -> Iterator[Piece | End | None]:
    """Pieces and ends of one choice for each request, as they come; None when all have been silent for a while.

    Closing the iterator stops every generation. Raises LlamaError, LlamaCrashed."""
    cutters = [Cutter(stops) for _ in requests]
    streams: dict[int, LlamaStream] = {}
    cached = [0] * len(requests)

    def source(number: int) -> LlamaStream:
        streams[number] = llama.stream(requests[number])
        return streams[number]

    asked = [number for number, request in enumerate(requests) if request["n_predict"]]
    for number in set(range(len(requests))) - set(asked):
        yield End(number, "length", 0, 0)  # llama.cpp would write one token
    with closing(Merged({number: lambda n=number: source(n) for number in asked}, parallel)) as merged:
        for found in merged:
            if found is None:
                yield None
                continue
            choice, chunk = found
            if progress := chunk.get("prompt_progress"):
                cached[choice] = progress["cache"]
                if 0 < progress["processed"] < progress["total"]:
                    yield None
                continue
            cutter = cutters[choice]
            if cutter.stopped:
                continue
            text, tokens = cutter.feed(chunk["content"], chunk.get("completion_probabilities", []), chunk["stop"])
            if text or tokens:
                yield Piece(choice, text, tokens)
            if cutter.stopped or chunk["stop"]:
                streams[choice].close()
                yield _end(choice, chunk, cutter.stopped, cached[choice])


def _end(choice: int, chunk: dict[str, Any], stopped: bool, cached: int) -> End:
    long = chunk.get("stop_type") == "limit" and not stopped
    return End(choice, "length" if long else "stop", chunk["tokens_predicted"], cached)
