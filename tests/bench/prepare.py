"""Preparing a large file: `flask prepare --quiet` beside the preparation tool of 2023, on the same file in the same run.

    python -m tests.bench.prepare BUILD [--rows 1000000] [--ours-only]

BUILD has the virtual environment `openai-0.28.1`. Peak memory is VmHWM of the process.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from chatbot.settings import ROOT

TARGETS = "aims: at most 0.33 x the time, 0.25 x the memory"
WORDS = (
    "the a my your this order parcel invoice account address please where when how can could help wait number today tomorrow "
    "refund payment card delivery shop site page link phone letter answer question open close send change cancel is was will be "
    "not yet still already with without from into over under before after and or but because if then thanks hello sorry café 订单"
).split()


@dataclass(frozen=True)
class Run:
    """What a tool needed, and the sha256 of what it wrote."""

    seconds: float
    peak_mb: float
    sha256: str


def make(path: Path, n_rows: int) -> None:
    """Questions of about 100 characters with answers of about 200; one row in a hundred repeats an earlier one."""
    dice = random.Random(1)
    rows: list[str] = []
    with path.open("w", encoding="utf-8") as file:
        for number in range(n_rows):
            if number % 100 == 99:
                file.write(dice.choice(rows))
                continue
            prompt = f"{' '.join(dice.choices(WORDS, k=17))} {number}?"
            completion = f"{' '.join(dice.choices(WORDS, k=34)).capitalize()} {dice.choice(('a/b', 'c'))}{dice.choice('.!')}"
            line = json.dumps({"prompt": prompt, "completion": completion}, ensure_ascii=False) + "\n"
            rows[number % 1000 : number % 1000 + 1] = [line]
            file.write(line)


def run(command: list[str], source: Path) -> Run:
    """Run a tool on a copy of the file, in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        copy = Path(folder) / source.name
        os.link(source, copy)
        before = time.perf_counter()
        with open(Path(folder) / "said.txt", "w+") as said:
            child = subprocess.Popen([*command, str(copy)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
            peak_kb = 0
            while child.poll() is None:
                peak_kb = _peak_kb(child.pid) or peak_kb
                time.sleep(0.02)
            seconds = time.perf_counter() - before
            said.seek(0)
            if child.returncode:
                sys.exit(f"{command} failed:\n{said.read()}")
        written = copy.with_name(f"{source.stem}_prepared.jsonl")
        return Run(seconds, peak_kb / 1024, sha256_of(written))


def _peak_kb(pid: int) -> int:
    """The most memory a process has had; 0 when it has just ended. Not ru_maxrss, which begins with that of the parent."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except ProcessLookupError:
        return 0
    return int(next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), 0))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tools(build: Path) -> dict[str, list[str]]:
    old = [str(build / "openai-0.28.1" / "bin" / "openai"), "tools", "fine_tunes.prepare_data", "-q", "-f"]
    return {"flask prepare": [sys.executable, "-m", "flask", "prepare", "--quiet"], "openai 0.28.1": old}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--ours-only", action="store_true")
    arguments = parser.parse_args()
    arguments.build.mkdir(parents=True, exist_ok=True)
    source = arguments.build.resolve() / f"rows-{arguments.rows}.jsonl"
    if not source.exists():
        make(source, arguments.rows)
    print(f"{arguments.rows} rows, {source.stat().st_size / 1e6:.0f} MB", flush=True)
    found = {}
    for name, command in tools(arguments.build.absolute()).items():
        if not arguments.ours_only or name == "flask prepare":
            found[name] = run(command, source)
            print(f"{name:15} {found[name].seconds:7.1f} s {found[name].peak_mb:7.0f} MB  {found[name].sha256[:16]}", flush=True)
    if len(found) == 2:
        ours, old = found.values()
        print(f"{ours.seconds / old.seconds:.3f} x the time, {ours.peak_mb / old.peak_mb:.3f} x the memory ({TARGETS})")
        print("the files written are the same" if ours.sha256 == old.sha256 else "the files written differ")


if __name__ == "__main__":
    main()
