"""One line of JSON in ({"inputs"}), one out ({"vectors", "tokens"} or {"long"}), until the parent lets go (see `line_child`)."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

from chatbot.engine.line_child import serve

from .packed import pack
from .transformer import Transformer


def answer(encoder: Transformer, longest: int, request: dict) -> dict:
    """{"vectors": base64 of float32, "tokens"}; or {"long": [place, tokens]} for the first input that is too long."""
    ids = [encoder.tokens(item) for item in request["inputs"]]
    for place, row in enumerate(ids):
        if len(row) > longest:
            return {"long": [place, len(row)]}
    vectors = encoder.vectors(ids).astype("<f4").tobytes()
    return {"vectors": base64.b64encode(vectors).decode(), "tokens": sum(map(len, ids))}


def main() -> None:
    """Answer until the parent lets go. The arguments: the model's folder, most tokens of a text, perhaps an adapter."""
    folder, longest, *adapter = sys.argv[1:]
    encoder = Transformer(Path(folder), *map(Path, adapter))
    pack(encoder.model)
    serve(lambda line: json.dumps(answer(encoder, int(longest), json.loads(line))).encode())


if __name__ == "__main__":
    main()
