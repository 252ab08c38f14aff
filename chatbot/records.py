"""The nouns of Homegrown: small frozen records that every room passes to the next one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]
Style = Literal["chat", "completions"]


@dataclass(frozen=True)
class Message:
    """A sentence for a person, kept apart from its values so that it can be translated.

    `template` is the English text with %(name)s places; `str()` gives the English sentence.
    """

    template: str
    values: tuple[tuple[str, Any], ...] = ()

    def __init__(self, template: str, **values: Any):
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "values", tuple(values.items()))

    def __str__(self) -> str:
        return self.template % dict(self.values)


class HomegrownError(Exception):
    """Something a person can mend. `message` says what happened and what to do."""

    def __init__(self, message: Message | str):
        self.message = message if isinstance(message, Message) else Message(message.replace("%", "%%"))
        super().__init__(str(self.message))


class DataError(HomegrownError):
    """A file or dataset cannot be used as it is."""


@dataclass(frozen=True)
class Turn:
    """One thing said by one side."""

    role: Role
    text: str


@dataclass(frozen=True)
class Dialogue:
    """A conversation as it happened. `source` is where it came from, like `data.csv:12`."""

    turns: tuple[Turn, ...]
    source: str = ""


@dataclass(frozen=True)
class Example:
    """One thing to learn: what was said before, the question, the answer."""

    question: str
    answer: str
    history: tuple[Turn, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Sampling:
    """How the next word is chosen; the names are those of the OpenAI API."""

    temperature: float = 0.9
    max_tokens: int = 150
    top_p: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.6
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Persona:
    """Who the bot is: a name, a preamble, example turns (human, bot), and how it chooses words."""

    name: str
    preamble: str
    greeting: str = ""
    human_label: str = "Human"
    turns: tuple[tuple[str, str], ...] = ()
    chat_sampling: Sampling = field(default_factory=Sampling)
    completion_sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True)
class Piece:
    """A few streamed characters of an answer; the last one carries the reason why it ended.

    One that `replaces` takes the place of everything before it. `sources` are what the answer stands on, best first."""

    text: str
    finish_reason: str | None = None
    replaces: bool = False
    sources: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class ModelInfo:
    """A model that can answer. `tuned` models can be deleted; `format` is what it answers, "chat", "completions" or "both",
    where the server tells it, as our engine does."""

    id: str
    created_at: int
    format: str = ""

    @property
    def tuned(self) -> bool:
        return self.id.startswith("ft:")

    @property
    def checkpoint(self) -> bool:
        return ":ckpt-step-" in self.id


@dataclass(frozen=True)
class Job:
    """A fine-tuning job as the OpenAI API tells it; times are Unix seconds."""

    id: str
    model: str
    status: str
    created_at: int
    finished_at: int | None = None
    estimated_finish: int | None = None
    fine_tuned_model: str | None = None
    trained_tokens: int | None = None
    epochs: int | None = None
    error_code: str | None = None
    error_message: str | None = None

    @property
    def finished(self) -> bool:
        return self.status in ("succeeded", "failed", "cancelled")


@dataclass(frozen=True)
class JobEvent:
    """One line of a job's log; `data` holds step, total_steps, train_loss, valid_loss … for metrics."""

    id: str
    created_at: int
    level: str
    message: str
    data: dict[str, Any]
