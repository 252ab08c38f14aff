"""What the API says about a training, in the reader's language: it tells it in English sentences, always the same."""

from __future__ import annotations

import re

from chatbot.records import Message

SENTENCES = (
    Message("Created fine-tuning job: %(job)s"),
    Message("Validating training file: %(file)s and validation file: %(validation)s"),
    Message("Validating training file: %(file)s"),
    Message("Files validated, moving job to queued state"),
    Message("Fine-tuning job started"),
    Message("Fine-tuning job paused"),
    Message("Fine-tuning job resumed"),
    Message("Fine-tuning job cancelled"),
    Message("Checkpoint created at step %(step)s with Snapshot ID: %(model)s"),
    Message("New fine-tuned model created: %(model)s"),
    Message("Validation loss was lowest at step %(step)s; that state is the model"),
    Message("Stopped early at step %(step)s of %(all)s: the validation loss no longer falls"),
    Message("The job has successfully completed"),
    Message(
        "The training became unstable at step %(step)s: its loss is no longer a number. "
        "Start it again with a smaller learning rate multiplier, for example half of this one."
    ),
    Message(
        "The training file has no answer to learn from: every assistant message is empty, has weight 0, "
        "or lies behind the longest text the model can read. Check the file, then start again."
    ),
    Message("The training file does not fit this model. %(reason)s"),
    Message("The disk is full, so the training could not be saved. Free some space, then start it again."),
    Message(
        "The machine's memory is too small for this training. Close other programs, "
        "or train with a smaller batch size or shorter dialogues."
    ),
    Message("The training stopped because of an error in the program: %(error)s. Its log has the details."),
    Message(
        "The training process was killed by the system %(n)s times, most likely because memory ran out. "
        "Close other programs, or train with a smaller batch size."
    ),
    Message("The training process stopped unexpectedly %(n)s times. The last line of its log was: %(line)s"),
    Message("The base model %(model)s is no longer there. Put its file back, then start the job again."),
)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+?)", re.escape(template)), re.DOTALL)


PATTERNS = [(sentence.template, _pattern(sentence.template)) for sentence in SENTENCES]


def told(text: str) -> Message | str:
    """The sentence as one that can be translated; one that is not known stays as it is."""
    for template, pattern in PATTERNS:
        if match := pattern.fullmatch(text):
            return Message(template, **match.groupdict())
    return text
