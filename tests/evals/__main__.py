"""How right the answers are: `python -m tests.evals [COMPANY …]`, or `make eval` for all of them.

Trains one model a company and asks the questions that were held out, in every way or in those of `--only`. What is slow is kept in `build/evals`
under a hash of everything it depends on: the second run prints the tables at once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from chatbot.commands.evaluate import print_reports
from chatbot.flows.evaluate import WAYS, Report
from chatbot.settings import ROOT
from tests.evals.company import HERE, evaluation_lines, facts, follow_lines, training_lines
from tests.evals.speed import before_first_word, milliseconds

BUILD = ROOT / "build" / "evals"
CACHE = Path(os.environ.get("HOMEGROWN_CACHE") or ROOT / "instance" / "cache")
PROMPTS = [f"chatbot/prompting/{name}.py" for name in ("render", "similar", "lexical", "words", "spelling", "persona")]
LEARNING = (*PROMPTS, "chatbot/flows/finetune.py", "chatbot/flows/similar.py", "chatbot/flows/schedule.py", "chatbot/engine/trainer", "chatbot/engine/encoders")
ANSWERING = (*LEARNING, "chatbot/prompting", "chatbot/flows/asking.py", "chatbot/flows/guard.py", "chatbot/flows/evaluate.py", "chatbot/data/masking")


def main() -> None:
    parser = argparse.ArgumentParser(description="How right the answers are about made-up companies.")
    parser.add_argument("companies", nargs="*", default=sorted(path.parent.name for path in HERE.glob("*/facts.txt")))
    parser.add_argument("--only", action="append", choices=WAYS, help="ask in this way only; may be repeated")
    arguments = parser.parse_args()
    for company in arguments.companies:
        model = _model(company)
        _show(company, model, evaluation_lines(company), arguments.only or WAYS)
        if any(fact.roundabout for fact in facts(company)):
            _show(company, model, evaluation_lines(company, roundabout=True), how=", asked in a roundabout way")
        if follow := follow_lines(company):
            _show(company, model, follow, how=" that follow from another")
    middle, late = milliseconds(100_000)
    print(f"a question among 100,000 approved answers: {middle:.1f} ms in the middle, {late:.1f} ms at the 95th percentile")
    middle, late = before_first_word(CACHE)
    print(f"looking up and guarding, before the first word: {middle:.1f} ms in the middle, {late:.1f} ms at the 95th percentile")


def _model(company: str) -> str:
    """The id of a model trained on the company, perhaps by an earlier run."""
    lines = training_lines(company)
    note = BUILD / f"{company}-{_hash(LEARNING, lines)}.model"
    if not note.exists():
        file = BUILD / f"{company}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(lines, encoding="utf-8")
        print(f"training on {company} …", file=sys.stderr)
        note.write_text(_flask("train", str(file), "--suffix", company).strip())
    return note.read_text()


def _show(company: str, model: str, lines: str, ways: Sequence[str] = ("tuned+retrieval",), how: str = "") -> None:
    told = {way: _asked(company, model, lines, way) for way in ways}
    n_rows = len(told[ways[0]]["rows"])
    print(f"\n{company}: {n_rows} questions{how}\n")
    print_reports({way: Report(**told[way]["ways"][way]) for way in ways})


def _asked(company: str, model: str, lines: str, way: str) -> dict:
    """What `flask evaluate` tells of one way, perhaps from an earlier run."""
    kept = BUILD / f"{company}-{_hash(ANSWERING, lines + model + way)}.json"
    if not kept.exists():
        questions = kept.with_suffix(".questions")
        questions.write_text(lines, encoding="utf-8")
        print(f"asking {company}, {way} …", file=sys.stderr)
        kept.write_text(_flask("evaluate", str(questions), "--model", model, "--json", "--only", way))
    return json.loads(kept.read_text())


def _flask(*words: str) -> str:
    environment = os.environ | {"HOMEGROWN_HOME": str(BUILD / "home"), "HOMEGROWN_CACHE": str(CACHE)}
    return subprocess.run([sys.executable, "-m", "flask", *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def _hash(parts: tuple[str, ...], text: str) -> str:
    digest = hashlib.sha256((text + os.environ.get("EMBEDDING_MODEL", "")).encode())
    for part in parts:
        for path in sorted((ROOT / part).rglob("*")) if (ROOT / part).is_dir() else [ROOT / part]:
            if path.suffix in (".py", ".safetensors"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    main()
