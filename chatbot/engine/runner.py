"""Takes jobs from `validating_files` to a running trainer, and picks up what died. Holds no state of its own:
the folders and their locks say everything, so several processes may run one on the same home."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading

from chatbot.engine import children, jobfolder, shelf, training_file
from chatbot.engine.bases import find_bases
from chatbot.engine.config import EngineConfig
from chatbot.engine.filestore import FileStore
from chatbot.engine.jobfolder import FINAL, JobFolder
from chatbot.engine.tools import can_call

log = logging.getLogger(__name__)
PAUSE = 0.5  # seconds between two looks at the jobs
STARTS = 4  # the first start and three more without a new checkpoint between them
TRAINER = (sys.executable, "-m", "chatbot.engine.trainer")


class Runner:
    """Watches the jobs of one home in a thread of its own. `trainer` is the command that trains a job folder."""

    def __init__(self, config: EngineConfig, trainer: tuple[str, ...] = TRAINER):
        self.config, self.trainer = config, trainer
        self._children: dict[str, subprocess.Popen] = {}
        self._ended: dict[str, int] = {}  # exit codes, where this process saw them
        self._final: set[str] = set()  # jobs that need no more looks
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch, if not already."""
        if self._thread and self._thread.is_alive():
            return
        self._stop.clear()
        for place in ("jobs", "files", "models", "uploads"):
            (self.config.home / place).mkdir(parents=True, exist_ok=True)
            shelf.sweep(self.config.home / place)
        FileStore(self.config.home).remove_expired()
        self._thread = threading.Thread(target=self._watch, name="job runner", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching. Trainers go on by themselves."""
        self._stop.set()
        self.wake()
        if self._thread:
            self._thread.join(timeout=10)

    def wake(self) -> None:
        """Something changed: look at once."""
        self._wake.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
            except Exception:  # a full disk today must not stop the jobs of tomorrow
                log.exception("the job runner could not look at the jobs")
            self._wake.wait(PAUSE)
            self._wake.clear()

    def look(self) -> None:
        """Bring every job one step on, oldest first. Does nothing while another process is looking."""
        self._reap()
        try:
            with shelf.lock(self.config.home / "jobs" / ".runner.lock"):
                running = 0
                for job in jobfolder.all_jobs(self.config.home, but=self._final):
                    running += self._tried(job, free=running < self.config.max_running_jobs)
        except shelf.Busy:
            return

    def _tried(self, job: JobFolder, free: bool) -> bool:
        try:
            return self._step(job, free)
        except Exception:  # one job that cannot be moved must not hold up the others
            log.exception("the job runner could not move %s", job.id)
            return False

    def _step(self, job: JobFolder, free: bool) -> bool:
        """One step for one job; True if a trainer works on it afterwards."""
        if job.state()["status"] in FINAL:
            job.drop_checkpoints()  # of a trainer that was killed
            self._final.add(job.id)
            return False
        try:
            with job.hold() as lock:
                return self._advance(job, lock, free)
        except jobfolder.JobBusy:
            return True

    def _advance(self, job: JobFolder, lock: int, free: bool) -> bool:
        """The lock is ours, so nobody else works on the job."""
        status = job.state()["status"]
        if job.wanted() == "cancel":
            job.finish("cancelled", "Fine-tuning job cancelled")
        elif status == "validating_files":
            self._validate(job)
        elif status == "running" and job.wanted() == "pause":
            job.update(status="paused", estimated_finish=None)
        elif status in ("queued", "running") and free:
            return self._start_trainer(job, lock)
        return False

    def _validate(self, job: JobFolder) -> None:
        try:
            check_files(self.config, job)
        except training_file.TrainingFileError as error:
            job.finish("failed", error.message, error.error())
            return
        if job.wanted() != "cancel":
            job.event("Files validated, moving job to queued state", data={})
            job.update(status="queued")

    def _start_trainer(self, job: JobFolder, lock: int) -> bool:
        state, step = job.state(), newest_checkpoint(job)
        attempts = state["attempts"] + 1 if step <= state["attempt_step"] else 1
        if attempts > STARTS:
            message = self._why(job)
            job.finish("failed", message, {"code": "server_error", "message": message, "param": None})
            return False
        self.config.save(job.path / "config.json")
        job.update(attempts=attempts, attempt_step=step)
        child = self._spawn(job, lock)
        os.pwrite(lock, str(child.pid).encode(), 0)
        self._children[job.id] = child
        return True

    def _spawn(self, job: JobFolder, lock: int) -> subprocess.Popen:
        with (job.path / "log.txt").open("ab") as words:
            return subprocess.Popen(
                [*self.trainer, str(job.path), "--config", str(job.path / "config.json")],
                cwd=children.ROOT,
                env=children.environment(**{jobfolder.LOCK_VARIABLE: str(lock)}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=words,
                pass_fds=(lock,),
                start_new_session=True,
            )

    def _why(self, job: JobFolder) -> str:
        """A sentence about a trainer that keeps dying."""
        code = self._ended.get(job.id)
        if code == -9:
            return (
                f"The training process was killed by the system {STARTS} times, most likely because memory ran out. "
                "Close other programs, or train with a smaller batch size."
            )
        words = (job.path / "log.txt").read_text(errors="replace").strip().splitlines()[-1:] or ["nothing"]
        return f"The training process stopped unexpectedly {STARTS} times. The last line of its log was: {words[0]}"

    def _reap(self) -> None:
        for job_id, child in list(self._children.items()):
            if child.poll() is not None:
                self._ended[job_id] = self._children.pop(job_id).returncode


def newest_checkpoint(job: JobFolder) -> int:
    """The step of the newest complete checkpoint, -1 if there is none."""
    steps = [path.parent.name.rpartition("-")[2] for path in job.path.glob("checkpoints/step-*/manifest.json")]
    return max((int(step) for step in steps if step.isdigit()), default=-1)


def check_files(config: EngineConfig, job: JobFolder) -> None:
    """Look through the data of a job. Raises TrainingFileError."""
    asked = job.request
    base = find_bases(config).get(asked["base"])
    if base is None:
        message = f"The base model {asked['base']} is no longer there. Put its file back, then start the job again."
        raise training_file.TrainingFileError(message, "model_not_available", None)
    template = base.chat_template
    common = {"method": asked["method"], "can_chat": bool(template), "can_call": can_call(template)}
    for param in ("training_file", "validation_file"):
        if asked[param]:
            path = job.path / f"{param.removesuffix('_file')}.jsonl"
            training_file.check(
                path, format=asked["format"], file_id=asked[param], param=param, wanted=job.wanted, **common
            )
