"""The site's only way to a model: the official `openai` package, pointed at our engine or at any compatible server."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Callable, Iterator

import httpx2

from chatbot.records import HomegrownError, Job, JobEvent, Message, ModelInfo, Piece, Sampling

if TYPE_CHECKING:
    from openai import APIError, OpenAI


class BackendError(HomegrownError):
    """The model's server refused or could not be reached. `status` is that of its HTTP answer, if it gave one."""

    def __init__(self, message: Message | str, status: int | None = None):
        super().__init__(message)
        self.status = status


class Client:
    """Files, fine-tuning jobs, models and answers, in our own records. Every method raises BackendError."""

    def __init__(self, base_url: str, key: str, http: Callable[[], httpx2.Client]):
        self._server, self._http = {"base_url": base_url, "api_key": key}, http
        self._here = _thread_local()
        _ = self._api  # now, not while the first visitor waits

    @property
    def _api(self) -> OpenAI:
        """Every real thread has its own: under gevent a connection that is kept open belongs to the thread that opened it."""
        if not hasattr(self._here, "api"):
            self._here.api = _openai().OpenAI(**self._server, http_client=self._http())
        return self._here.api

    @classmethod
    def embedded(cls, engine: Any, key: str) -> "Client":
        """Reach an engine in this process: same HTTP, no port."""
        transport = httpx2.WSGITransport(app=_any_letters(engine), raise_app_exceptions=False)
        return cls("http://localhost/v1", key, lambda: httpx2.Client(transport=transport, timeout=600))

    @classmethod
    def remote(cls, base_url: str, key: str) -> "Client":
        """Reach a server by its address, which includes `/v1`. Redirects are refused: they could carry the key away."""
        return cls(base_url, key or "none", lambda: httpx2.Client(follow_redirects=False, timeout=httpx2.Timeout(600, connect=5)))

    # files and jobs

    def upload(self, name: str, content: bytes) -> str:
        """Store a training file; returns its id."""
        with _translated():
            return self._api.files.create(file=(name, content), purpose="fine-tune").id

    def create_job(
        self,
        model: str,
        training_file: str,
        validation_file: str | None = None,
        suffix: str | None = None,
        epochs: int | None = None,
        rate: float | None = None,
    ) -> Job:
        """Queue a supervised fine-tuning job. None leaves the choice to the server; `rate` is a learning rate multiplier."""
        numbers = {"n_epochs": epochs or "auto", "learning_rate_multiplier": rate or "auto"}
        method: Any = {"type": "supervised", "supervised": {"hyperparameters": numbers}}
        optional: dict[str, Any] = {"validation_file": validation_file, "suffix": suffix}
        given = {name: value for name, value in optional.items() if value is not None}
        with _translated():
            return _job(self._api.fine_tuning.jobs.create(model=model, training_file=training_file, method=method, **given))

    def job(self, job_id: str) -> Job:
        with _translated():
            return _job(self._api.fine_tuning.jobs.retrieve(job_id))

    def jobs(self) -> list[Job]:
        """The newest hundred jobs, newest first."""
        with _translated():
            return [_job(job) for job in self._api.fine_tuning.jobs.list(limit=100).data]

    def events(self, job_id: str, newer_than: str | None = None) -> list[JobEvent]:
        """Events of a job, oldest first; only those after the event `newer_than` if it is given."""
        with _translated():
            newest_first = self._api.fine_tuning.jobs.list_events(job_id, limit=100)
            fresh = takewhile(lambda event: event.id != newer_than, newest_first)
            return [_event(event) for event in fresh][::-1]

    def checkpoints(self, job_id: str) -> list[str]:
        """Names of the earlier states of a job's model."""
        with _translated():
            return [state.fine_tuned_model_checkpoint for state in self._api.fine_tuning.jobs.checkpoints.list(job_id)]

    def cancel(self, job_id: str) -> Job:
        with _translated():
            return _job(self._api.fine_tuning.jobs.cancel(job_id))

    # models and answers

    def models(self) -> list[ModelInfo]:
        with _translated():
            return [ModelInfo(model.id, model.created, (model.model_extra or {}).get("format", "")) for model in self._api.models.list()]

    def delete_model(self, model_id: str) -> None:
        with _translated():
            self._api.models.delete(model_id)

    def chat(self, model: str, messages: list[dict[str, str]], sampling: Sampling) -> Iterator[Piece]:
        """Stream the answer to chat messages. Closing the iterator stops the generation."""
        with _translated():
            stream = self._api.chat.completions.create(
                model=model, messages=messages, stream=True, **_sampling(sampling)  # type: ignore[arg-type]
            )
            with stream:
                for chunk in stream:
                    for choice in chunk.choices:
                        yield Piece(choice.delta.content or "", choice.finish_reason)

    def embed(self, model: str, texts: list[str]) -> list[list[float]]:
        """A vector of length 1 for each text."""
        with _translated():
            return [each.embedding for each in self._api.embeddings.create(model=model, input=texts).data]

    def complete(self, model: str, prompt: str, sampling: Sampling) -> Iterator[Piece]:
        """Stream the continuation of a prompt (legacy completions). Closing the iterator stops the generation."""
        with _translated():
            stream = self._api.completions.create(model=model, prompt=prompt, stream=True, **_sampling(sampling))
            with stream:
                for chunk in stream:
                    for choice in chunk.choices:
                        yield Piece(choice.text, choice.finish_reason)


def _thread_local() -> threading.local:
    """Python's own: gevent's is that of a greenlet."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey.get_original("threading", "local")() if monkey else threading.local()


def _openai() -> Any:
    """The package, imported only now: that takes 0.4 s, and most commands need no model."""
    import openai

    return openai


def _sampling(sampling: Sampling) -> dict[str, Any]:
    values = {name: getattr(sampling, name) for name in sampling.__dataclass_fields__}
    return values | {"stop": list(sampling.stop) or None}


def _job(job: Any) -> Job:
    epochs = getattr(job.hyperparameters, "n_epochs", None)
    return Job(
        id=job.id,
        model=job.model,
        status=job.status,
        created_at=job.created_at,
        finished_at=job.finished_at,
        estimated_finish=job.estimated_finish,
        fine_tuned_model=job.fine_tuned_model,
        trained_tokens=job.trained_tokens,
        epochs=epochs if isinstance(epochs, int) else None,
        error_code=job.error.code if job.error else None,
        error_message=job.error.message if job.error else None,
    )


def _event(event: Any) -> JobEvent:
    return JobEvent(event.id, event.created_at, event.level, event.message, dict(event.data or {}))


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the package's exceptions into one sentence for a person."""
    openai = _openai()
    try:
        yield
    except openai.APIStatusError as error:
        raise BackendError(_sentence(error), error.status_code) from error
    except openai.APIConnectionError as error:
        raise BackendError(Message("The model's server cannot be reached. Is it running?")) from error
    except openai.APIError as error:
        raise BackendError(_sentence(error)) from error
    except ValueError as error:  # a name that cannot stand in an address, such as `..`
        raise BackendError(Message("There is nothing of that name."), 404) from error


def _any_letters(engine: Any) -> Any:
    """The engine, told addresses the way WSGI wants them: httpx leaves the letters outside Latin-1 in them."""
    return lambda environ, respond: engine(environ | {"PATH_INFO": environ["PATH_INFO"].encode().decode("latin-1")}, respond)


def _sentence(error: APIError) -> Message:
    body = error.body if isinstance(error.body, dict) else {}
    return Message("%(reason)s", reason=body.get("message") or error.message)
