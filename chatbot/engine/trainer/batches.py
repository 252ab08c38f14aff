"""Which examples form which step. Depends on the seed and the epoch alone, so that a resumed training goes on
with exactly the batches an undisturbed one would have seen."""

from __future__ import annotations

import random

_WINDOW = 8  # batches among which examples are sorted by length: little padding, still a random order


def epoch_batches(lengths: list[int], batch_size: int, seed: int, epoch: int) -> list[list[int]]:
    """Indexes of the examples of each step of one epoch; every example once, neighbours of similar length."""
    chance = random.Random(f"{seed} {epoch}")
    order = list(range(len(lengths)))
    chance.shuffle(order)
    window = _WINDOW * batch_size
    batches = []
    for start in range(0, len(order), window):
        similar = sorted(order[start : start + window], key=lambda index: lengths[index])
        batches += [similar[first : first + batch_size] for first in range(0, len(similar), batch_size)]
    chance.shuffle(batches)
    return batches


def split(batch: list[int], lengths: list[int], tokens: int) -> list[list[int]]:
    """Parts of a batch that each take at most `tokens` tokens of memory, padding included."""
    parts: list[list[int]] = []
    for index in sorted(batch, key=lambda index: lengths[index]):
        if parts and lengths[index] * (len(parts[-1]) + 1) <= tokens:
            parts[-1].append(index)
        else:
            parts.append([index])
    return parts
