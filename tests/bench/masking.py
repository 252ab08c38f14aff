"""How well personal data is found: precision and recall on the labelled lines, by kind and language.

    make bench-masking            python -m tests.bench.masking --misses

A span counts as found only with its exact borders and kind. “covered” is the share of labelled spans that are masked
from end to end by whatever kind: what is left of it would leak.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass, field

from chatbot.data.masking import KINDS, Span, find
from tests.data.masking.labelled import HALVES, LANGUAGES, labelled


@dataclass
class Score:
    """Spans by kind: right ones, found ones, labelled ones, covered ones; and the lines that went wrong."""

    right: Counter = field(default_factory=Counter)
    found: Counter = field(default_factory=Counter)
    labelled: Counter = field(default_factory=Counter)
    covered: Counter = field(default_factory=Counter)
    misses: list[tuple[str, list[str], list[str]]] = field(default_factory=list)

    def precision(self, kind: str) -> float:
        return self.right[kind] / self.found[kind] if self.found[kind] else 1.0

    def recall(self, kind: str) -> float:
        return self.right[kind] / self.labelled[kind] if self.labelled[kind] else 1.0


def measure(language: str, half: str) -> Score:
    """Compare what the rules find with what is labelled. Kind "all" is the sum."""
    score = Score()
    for text, wanted in labelled(language, half):
        got = find(text)
        for counter, spans in ((score.right, set(got) & set(wanted)), (score.found, got), (score.labelled, wanted)):
            counter.update([span.kind for span in spans] + ["all"] * len(spans))
        whole = [span for span in wanted if _covers(got, span)]
        score.covered.update([span.kind for span in whole] + ["all"] * len(whole))
        if set(got) != set(wanted):
            score.misses.append((text, _told(text, wanted, got), _told(text, got, wanted)))
    return score


def _covers(spans: list[Span], wanted: Span) -> bool:
    places = {place for span in spans for place in range(span.start, span.end)}
    return places.issuperset(range(wanted.start, wanted.end))


def _told(text: str, spans: list[Span], without: list[Span]) -> list[str]:
    return [f"{span.kind} {text[span.start : span.end]}" for span in spans if span not in without]


def report(language: str, half: str, score: Score) -> None:
    print(f"\n{language}, {half}: {len(labelled(language, half))} lines, {len(score.misses)} not exactly right")
    print("  kind      labelled  precision  recall  covered")
    for kind in (*KINDS, "all"):
        covered = score.covered[kind] / score.labelled[kind] if score.labelled[kind] else 1.0
        print(f"  {kind:8}  {score.labelled[kind]:8}  {score.precision(kind):9.3f}  {score.recall(kind):6.3f}  {covered:7.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--misses", action="store_true", help="show the lines that went wrong")
    parser.add_argument("--half", choices=HALVES, help="only this half of the lines")
    choices = parser.parse_args()
    for half in [choices.half] if choices.half else HALVES:
        for language in LANGUAGES:
            score = measure(language, half)
            report(language, half, score)
            for text, missed, wrong in score.misses if choices.misses else ():
                print(f"    {text!r}: missed {missed}, wrong {wrong}")


if __name__ == "__main__":
    main()
