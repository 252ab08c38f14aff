"""Trainings that are killed at random moments and must end as if nothing had happened.

`python -m tests.faults.kills --times 30` trains the default model on a few words, undisturbed at first, then again
and again with SIGKILL for the trainer: a third of the times while a checkpoint is half written, some while a model is
being published, else at any moment. Once in each job the engine is killed too, and started again.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openai

from chatbot.engine.bases import DEFAULT
from chatbot.engine.jobfolder import FINAL, JobFolder
from tests.engine_process import KEY, EngineProcess
from tests.faults.watch import Trainers, complete, publishing, saving, steps, until

WORDS = "red green blue one two three salt sugar north south day night left right up down".split()
NUMBERS = {"n_epochs": 5, "batch_size": 4, "learning_rate_multiplier": 0.25}
STEPS = 20
KILLS_A_JOB = 6
KINDS = ("checkpoint", "any", "model", "any", "checkpoint", "any")
HALF_WRITTEN = {"checkpoint": saving, "model": publishing}
WITHOUT_PROGRESS = 3  # a job that dies four times without a new checkpoint is given up, as it should be


@dataclass
class Told:
    """What became of one job."""

    job: JobFolder
    kills: list[str] = field(default_factory=list)
    site_kills: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def losses(self) -> list[float]:
        return [loss for _, loss in steps(self.job)]


class Kills:
    """The engine, its trainers, and the moments at which they die."""

    def __init__(self, home: Path, engine: EngineProcess, trainers: Trainers, chance: random.Random):
        self.home, self.engine, self.trainers, self.chance = home, engine, trainers, chance
        self.client = openai.OpenAI(api_key=KEY, base_url=engine.url, max_retries=5)
        lines = [{"messages": [{"role": "user", "content": f"Say {word}."}, {"role": "assistant", "content": f"Zib {word}!"}]} for word in WORDS]
        content = "".join(json.dumps(line) + "\n" for line in lines).encode()
        self.file = self.client.files.create(file=("words.jsonl", content), purpose="fine-tune").id

    def tell(self, kinds: list[str], kill_site: bool) -> Told:
        """Train once and kill at moments of `kinds`, as far as the job lasts; those used are taken from the list."""
        method = {"type": "supervised", "supervised": {"hyperparameters": NUMBERS}}
        made = self.client.fine_tuning.jobs.create(model=DEFAULT, training_file=self.file, seed=7, method=method)
        told = Told(JobFolder(self.home / "engine" / "jobs" / made.id))
        begun, idle, newest = time.monotonic(), 0, 0
        while kinds and not self._over(told.job):
            if complete(told.job) > newest:
                idle, newest = 0, complete(told.job)
            if idle >= WITHOUT_PROGRESS:
                self._reach(told.job, lambda: complete(told.job) > newest)
                continue
            if kill_site and told.kills and not told.site_kills:
                self._kill_site(told)
            kind = self._kill(told, kinds[0])
            if kind:
                kinds.remove(kind if kind in kinds else kinds[0])
                idle += 1
        until(lambda: self._over(told.job), f"the end of {made.id}", 900)
        until(lambda: not self.trainers.now, "the end of its trainer", 60)
        told.seconds = time.monotonic() - begun
        return told

    def _over(self, job: JobFolder) -> bool:
        return job.state()["status"] in FINAL

    def _reach(self, job: JobFolder, moment: Callable[[], bool]) -> bool:
        """Wait for a moment of a running trainer; False if the job ends before."""
        until(lambda: self._over(job) or (self.trainers.now and moment()), "the moment to kill", 600, 0.001)
        return not self._over(job)

    def _kill(self, told: Told, kind: str) -> str:
        """Kill the trainer at a moment of `kind`. Returns the kind it became, empty if the job was over before."""
        job = told.job
        met = self._any_moment(job) if kind == "any" else self._half_written(job, HALF_WRITTEN[kind])
        pid = self.trainers.kill() if met else 0
        if not pid or self._over(job):
            return ""
        if kind != "any" and not HALF_WRITTEN[kind](job):
            kind = "any"  # all was written before the signal came
        told.kills.append(kind)
        print(f"  {job.id}: killed process {pid} ({kind}) after step {len(steps(job))}, checkpoint {complete(job)}", flush=True)
        return kind

    def _any_moment(self, job: JobFolder) -> bool:
        """While the trainer starts, or some steps later."""
        seen, more = len(steps(job)), self.chance.choice((0, 0, 1, 2, 3, 5))
        met = self._reach(job, lambda: len(steps(job)) >= seen + more)
        time.sleep(self.chance.uniform(0, 4 if more == 0 else 0.7))
        return met

    def _half_written(self, job: JobFolder, half_written: Callable[[JobFolder], bool]) -> bool:
        """Some milliseconds after something new began to be written."""
        for path in (self.home / "engine" / "models").glob(".new-*"):  # of earlier kills; the engine itself does so hourly
            shutil.rmtree(path, ignore_errors=True)
        self._reach(job, lambda: not half_written(job))
        met = self._reach(job, lambda: half_written(job))
        time.sleep(self.chance.uniform(0, 0.05))
        return met

    def _kill_site(self, told: Told) -> None:
        self.engine.kill()
        if self.chance.random() < 0.5 and self.trainers.kill():
            told.kills.append("with the engine")
        time.sleep(self.chance.uniform(0, 2))
        self.engine.start()
        told.site_kills += 1


def judge(told: Told, undisturbed: list[float], client: openai.OpenAI) -> None:
    """Write into `told.faults` whatever is not as it would have been without kills."""
    job = told.job
    state, events = job.state(), job.events()
    numbers = [step for step, _ in steps(job)]
    said = [event["message"] for event in events if event["type"] == "message"]
    final, expected = told.losses[-1:], undisturbed[-1:]
    results = [file for file in client.files.list(purpose="fine-tune-results") if file.id in state["result_files"]]
    for good, fault in (
        (state["status"] == "succeeded", f"the job is {state['status']}: {state['error']}"),
        (numbers == list(range(1, STEPS + 1)), f"the steps reported are {numbers}"),
        (len(said) == 6 + NUMBERS["n_epochs"] - 1 and len(set(said)) == len(said), f"the messages are {said}"),
        (len({event['id'] for event in events}) == len(events), "two events have one id"),
        (final and abs(final[0] / expected[0] - 1) <= 0.01, f"the final loss is {final}, not {expected}"),
        (len(results) == 1, f"there are {len(results)} result files"),
        (not (job.path / "checkpoints").exists(), "checkpoints are left behind"),
    ):
        if not good:
            told.faults.append(fault)


def row(name: str, told: Told, undisturbed: list[float]) -> str:
    kinds = Counter(told.kills)
    off = max((abs(a / b - 1) for a, b in zip(told.losses, undisturbed)), default=float("nan"))
    end = f"{told.losses[-1]:.6f}" if told.losses else "none"
    counts = f"{len(told.kills)} kills ({kinds['checkpoint']} in a checkpoint, {kinds['model']} in a model), {told.site_kills} of the engine"
    return f"{name:12} {counts}; {told.seconds:5.0f} s; final loss {end}, largest difference of any step {off:.4%}; {'; '.join(told.faults) or 'good'}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill trainings at random moments.")
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}: {arguments.times} kills", flush=True)
    left = [KINDS[number % len(KINDS)] for number in range(arguments.times)]
    with tempfile.TemporaryDirectory() as folder, EngineProcess(Path(folder)) as engine, Trainers(Path(folder)) as trainers:
        kills = Kills(Path(folder), engine, trainers, random.Random(arguments.seed))
        first = kills.tell([], kill_site=False)
        judge(first, first.losses, kills.client)
        stories, rows = [first], [row("undisturbed", first, first.losses)]
        while left:
            now, left = left[:KILLS_A_JOB], left[KILLS_A_JOB:]
            told = kills.tell(now, kill_site=True)
            left = now + left
            judge(told, first.losses, kills.client)
            stories.append(told)
            rows.append(row(f"job {len(stories) - 1}", told, first.losses))
        made = len(list(kills.client.files.list(purpose="fine-tune-results")))
    print("\n".join(rows))
    bad = sum(bool(told.faults) for told in stories)
    killed = sum((Counter(told.kills) for told in stories), Counter())
    print(f"{killed.total()} kills of the trainer: {dict(killed)}; {len(trainers.seen)} trainers; at the same time: {len(trainers.together)} times two")
    print(f"{len(stories)} jobs, {len(stories) - bad} good; {made} result files")
    sys.exit(bool(bad or trainers.together or made != len(stories)))


if __name__ == "__main__":
    main()
