"""What a training tells about itself: events in OpenAI's words, the metrics file, the time left."""

from __future__ import annotations

import time

from ..jobfolder import JobFolder
from .loop import Step

_COLUMNS = ("step", "train_loss", "train_mean_token_accuracy", "valid_loss", "valid_mean_token_accuracy")
_HEADER = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy"
_ESTIMATE_EVERY = 3.0  # seconds


def metrics(step: Step) -> dict[str, float]:
    """The numbers of a step under the API's names; those without a value are left out."""
    scores = {"train": step.train, "valid": step.valid, "full_valid": step.full_valid}
    values = {f"{kind}_{name}": value for kind, score in scores.items() if score for name, value in score.numbers().items()}
    return {"step": step.number, **values}


class Reporter:
    """Writes a job's events. Steps that a killed trainer had reported before are not reported again."""

    def __init__(self, job: JobFolder):
        self._job = job
        self._said = {event["message"] for event in job.events()}
        self._reported = max((row["step"] for row in self._rows()), default=0)
        self._begun: tuple[float, int] | None = None
        self._estimated = 0.0

    def say(self, message: str, data: dict | None = None) -> None:
        """An event that happens once in a job."""
        if message not in self._said:
            self._job.event(message, data=data)
            self._said.add(message)

    def step(self, step: Step) -> None:
        """The event of a step, and every few seconds an estimate of the end."""
        self._estimate(step)
        if step.number <= self._reported:
            return
        losses = {"training": step.train, "validation": step.valid, "full validation": step.full_valid}
        text = ", ".join(f"{name} loss={score.mean:.2f}" for name, score in losses.items() if score)
        data = metrics(step) | {"total_steps": step.total}
        self._job.event(f"Step {step.number}/{step.total}: {text}", type="metrics", data=data)

    def _estimate(self, step: Step) -> None:
        now = time.time()
        if self._begun is None:
            self._begun = (now, step.number)
        elif now - self._estimated > _ESTIMATE_EVERY:
            begun, first = self._begun
            left = (now - begun) / (step.number - first) * (step.total - step.number)
            self._job.update(estimated_finish=round(now + left))
            self._estimated = now

    def _rows(self) -> list[dict]:
        return [event["data"] for event in self._job.events() if event["type"] == "metrics"]

    def metrics(self, step: int) -> dict[str, float]:
        """The numbers of a step that was reported."""
        row = next(row for row in self._rows() if row["step"] == step)
        return {name: value for name, value in row.items() if name != "total_steps"}

    def table(self) -> str:
        """The result file: one line a step, five decimals, blanks where there is no value."""
        lines = [",".join(_cell(row.get(column)) for column in _COLUMNS) for row in self._rows()]
        return "\n".join([_HEADER, *lines]) + "\n"


def _cell(value: float | int | None) -> str:
    return f"{value:.5f}" if isinstance(value, float) else "" if value is None else str(value)
