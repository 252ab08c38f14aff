"""One line of JSON in ({"inputs"}), one out ({"vectors", "tokens"} or {"long"}), until the parent lets go (see `line_child`)."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Protocol

import numpy
from numpy.typing import NDArray

from chatbot.engine.line_child import serve

Ids = list[list[int]]


class Encoder(Protocol):
    """What every kind of model can do."""

    def tokens(self, item: str | list[int]) -> list[int]: ...

    def vectors(self, ids: Ids) -> NDArray[numpy.float32]:
        """(n, width) of length 1, in the order of `ids`."""
        ...


def load(kind: str, folder: Path) -> Encoder:
    if kind == "multilingual":
        from .multilingual import Multilingual

        return Multilingual()
    from .transformer import Transformer

    return Transformer(folder)


def answer(encoder: Encoder, longest: int, request: dict) -> dict:
    """{"vectors": base64 of float32, "tokens"}; or {"long": [place, tokens]} for the first input that is too long."""
    ids = [encoder.tokens(item) for item in request["inputs"]]
    for place, row in enumerate(ids):
        if len(row) > longest:
            return {"long": [place, len(row)]}
    vectors = encoder.vectors(ids).astype("<f4").tobytes()
    return {"vectors": base64.b64encode(vectors).decode(), "tokens": sum(map(len, ids))}


def main() -> None:
    """Answer until the parent lets go. The arguments: kind and folder of the model, most tokens of a text."""
    kind, folder, longest = sys.argv[1:]
    encoder = load(kind, Path(folder))
    serve(lambda line: json.dumps(answer(encoder, int(longest), json.loads(line))).encode())


if __name__ == "__main__":
    main()
