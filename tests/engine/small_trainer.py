"""A trainer that learns nothing, for tests of the runner: `python small_trainer.py JOB --config FILE`.

The suffix of the job says how it behaves: `dies` ends like a crash, `killed` as if the memory
had run out, `deaf` never looks at the flags, `slow` takes
its time, `stumbles` crashes once, after its first checkpoint.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, os.getcwd())

from chatbot.engine import shelf  # noqa: E402
from chatbot.engine.jobfolder import JobFolder  # noqa: E402


def checkpoint(job: JobFolder, step: int) -> None:
    folder = job.path / "checkpoints" / f"step-{step}"
    folder.mkdir(parents=True)
    shelf.write_json(folder / "manifest.json", {})


def main() -> None:
    job = JobFolder(Path(sys.argv[1]))
    mood = job.request["suffix"]
    with job.lock():
        job.update(status="running", estimated_finish=int(time.time()) + 60, hyperparameters={"n_epochs": 2, "batch_size": 1, "learning_rate_multiplier": 1.0})
        job.event("Fine-tuning job started")
        with (job.path / "starts").open("a") as file:
            file.write(f"{os.environ.get('OPENAI_API_KEY', '')}.")
        if mood == "dies":
            print("it was not to be", file=sys.stderr)
            sys.exit(3)
        if mood == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if mood == "stumbles" and not (job.path / "checkpoints").exists():
            checkpoint(job, 5)
            os.kill(os.getpid(), signal.SIGKILL)
        end = time.monotonic() + (60 if mood in ("slow", "deaf") else 0.1)
        while time.monotonic() < end:
            if mood != "deaf" and job.wanted() == "cancel":
                job.finish("cancelled", "Fine-tuning job cancelled")
                return
            if mood != "deaf" and job.wanted() == "pause":
                checkpoint(job, 7)
                job.update(status="paused")
                return
            time.sleep(0.02)
        job.event("The job has successfully completed", data={})
        job.update(status="succeeded", finished_at=int(time.time()), trained_tokens=100, fine_tuned_model="ft:x")


main()
