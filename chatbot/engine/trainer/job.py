"""The story of a training, from a job folder to a finished model."""

from __future__ import annotations

import time
from functools import partial

from ..bases import Base, BaseModelError, find_bases, training_folder
from ..config import EngineConfig
from ..jobfolder import JobFolder
from . import checkpoints, hyperparameters, lora
from .dataset import Encoder
from .failures import NothingToTrain
from .loop import Step, Training
from .model import Tunable
from .objectives import Answers, Preferences
from .publish import Publisher, parent_folder
from .report import Reporter, metrics

_SAVE_EVERY = 60.0  # seconds of work that a killed training loses at most


class Stop(Exception):
    """Somebody wants the job cancelled or paused; the text says which."""


class Work:
    """One job in the hands of this process."""

    def __init__(self, config: EngineConfig, job: JobFolder):
        self.config, self.job = config, job
        self.report = Reporter(job)
        self.training: Training | None = None
        self._saved = time.monotonic()
        self._places = job.path / "checkpoints"

    @property
    def step(self) -> int:
        """The step being worked on."""
        return self.training.done + 1 if self.training else 0

    def run(self) -> None:
        """Train to the end and publish. Raises Stop, and anything else that went wrong."""
        self.job.update(status="running", started_at=self.job.state()["started_at"] or int(time.time()), estimated_finish=None)
        self.report.say("Fine-tuning job started")
        self._breathe()
        base = find_bases(self.config).get(self.job.request["base"])
        if base is None:
            raise BaseModelError(f"The base model {self.job.request['base']} is no longer there.")
        self.training, tokens = self._prepare(base)
        self._take_up()
        publisher = Publisher(self.config, self.job, base, self.training.model.layers)
        for step in self.training.steps():
            self.report.step(step)
            self._after(step, publisher)
        self._finish(publisher, tokens)

    def _prepare(self, base: Base) -> tuple[Training, int]:
        """The training, and the tokens of one epoch."""
        asked = self.job.request
        model = self._model(base)
        encoder = Encoder(base, model.tokenizer, min(self.config.context, base.context_length))
        train = encoder.read(self.job.path / "training.jsonl", self._breathe)
        if not train:
            raise NothingToTrain
        validation = self.job.path / "validation.jsonl"
        valid = encoder.read(validation, self._breathe) if validation.exists() else []
        numbers = hyperparameters.resolve(asked["hyperparameters"], len(train))
        self.job.update(hyperparameters=numbers.shown())
        wants = partial(Preferences, beta=numbers.beta) if asked["method"] == "dpo" else Answers
        objectives = wants(model, train), wants(model, valid) if valid else None
        automatic = asked["hyperparameters"]["n_epochs"] == "auto"
        training = Training(model, *objectives, numbers, asked["seed"], self._breathe, stops_early=automatic)
        return training, sum(example.tokens for example in train)

    def _take_up(self) -> None:
        state = checkpoints.newest(self._places)
        if state:
            self.training.restore(state)
        self.training.begin()
        if not state:
            self.save()

    def _model(self, base: Base) -> Tunable:
        asked, folder = self.job.request, training_folder(self.config, base)
        if not asked["parent_model"]:
            return Tunable(folder, hyperparameters.RANK, hyperparameters.ALPHA, None, asked["seed"])
        values, rank, alpha, first = lora.load(parent_folder(self.config, asked["parent_model"]))
        model = Tunable(folder, rank, alpha, first, asked["seed"])
        lora.assign(model.layers, values)
        return model

    def _breathe(self) -> None:
        if wish := self.job.wanted():
            raise Stop(wish)

    def _after(self, step: Step, publisher: Publisher) -> None:
        if step.ends_epoch and step.number < step.total:
            name = publisher.checkpoint(step.number, metrics(step))
            self.report.say(f"Checkpoint created at step {step.number} with Snapshot ID: {name}", data={})
        if step.ends_epoch or time.monotonic() - self._saved > _SAVE_EVERY:
            self.save()

    def save(self) -> None:
        """Keep what is trained so far."""
        if self.training:
            checkpoints.save(self._places, self.training.done, self.training.state())
        self._saved = time.monotonic()

    def _finish(self, publisher: Publisher, tokens: int) -> None:
        training = self.training
        if training.done < training.total:
            text = f"Stopped early at step {training.done} of {training.total}: the validation loss no longer falls"
            self.report.say(text, data={"stopped_at": training.done})
        step = self._choose(publisher)
        name, result_file = publisher.final(step, self.report.metrics(step), self.report.table())
        self.report.say(f"New fine-tuned model created: {name}", data={})
        self.report.say("The job has successfully completed", data={})
        self.job.update(
            status="succeeded",
            finished_at=int(time.time()),
            trained_tokens=tokens * training.done // training.steps_per_epoch,
            fine_tuned_model=name,
            result_files=[result_file],
            estimated_finish=None,
        )
        self.job.drop_checkpoints()

    def _choose(self, publisher: Publisher) -> int:
        """The step whose state becomes the model: the best one, if there is validation data. The last one stays a checkpoint."""
        training, best = self.training, self.training.best
        if best is None or best.step == training.done:
            return training.done
        publisher.checkpoint(training.done, self.report.metrics(training.done))
        training.take_best()
        self.report.say(f"Validation loss was lowest at step {best.step}; that state is the model", data={"best_step": best.step})
        return best.step
