"""Work on one job folder until it has a last state: `python -m chatbot.engine.trainer FOLDER --config FILE`.

Whatever happens, the job ends `succeeded`, `failed` (with a sentence), `cancelled` or `paused`; only a killed
process leaves it `running`, and the next one continues from its newest checkpoint."""

from __future__ import annotations

import argparse
import os
import traceback
from contextlib import suppress
from pathlib import Path

from ..config import EngineConfig
from ..jobfolder import JobFolder


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m chatbot.engine.trainer")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--config", type=Path, required=True)
    arguments = parser.parse_args()
    config = EngineConfig.load(arguments.config)
    _give_way(config.threads)
    job = JobFolder(arguments.folder)
    with job.lock():
        work(config, job)


def _give_way(threads: int) -> None:
    """Let the site and its chats go first: lowest priority, and first to be killed when memory runs out."""
    os.setpriority(os.PRIO_PROCESS, 0, 19)
    # Linux weighs sessions against each other before it looks at priorities inside them (sched(7), autogroup)
    session = Path("/proc/self/autogroup")
    if session.exists() and os.getsid(0) == os.getpid():
        session.write_text("19")
    victim = Path("/proc/self/oom_score_adj")
    if victim.exists():
        victim.write_text("800")
    os.environ["OMP_NUM_THREADS"] = str(threads)  # read when torch is imported
    keep_few_kernels()


def keep_few_kernels() -> None:
    """oneDNN keeps compiled code for the last 1024 shapes it met, some hundred MB; a pass meets forty, so with 64 of them
    every batch of another length is compiled anew (a quarter of the time)."""
    os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] = "256"  # read when torch is imported


def work(config: EngineConfig, job: JobFolder) -> None:
    """Train, and write how it ended."""
    from .failures import explain
    from .job import Stop, Work

    task = Work(config, job)
    try:
        task.run()
    except Stop as stop:
        if str(stop) == "pause":
            task.save()
            job.event("Fine-tuning job paused", data={})
            job.update(status="paused", estimated_finish=None)
        else:
            job.drop_checkpoints()
            job.finish("cancelled", "Fine-tuning job cancelled")
    except Exception as error:
        job.drop_checkpoints()  # a full disk gets room for the log and the state
        with suppress(OSError):
            traceback.print_exc()
        reason = explain(error, task.step)
        job.finish("failed", reason["message"], reason)


if __name__ == "__main__":
    main()
