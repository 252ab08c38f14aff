"""Why a training failed and what to do, for people who never saw an API."""

from __future__ import annotations

from chatbot.records import Job, Message

AGAIN = Message("Start the training again. If it fails the same way, look at the log below.")
_BY_WORD = (
    ("memory", Message("The computer ran out of memory. Close other programs, or choose a smaller base model, and train again.")),
    ("disk", Message("The disk is full. Free some space and train again.")),
    ("space left", Message("The disk is full. Free some space and train again.")),
    ("at least 10", Message("Add dialogues until there are ten examples or more, then train again.")),
    ("invalid file", Message("The training file is damaged. Prepare the dataset again and train again.")),
    ("does not exist", Message("The base model is gone. Choose another one and train again.")),
    ("winding down", Message("This provider takes no new trainings. Unset OPENAI_BASE_URL to train on this computer.")),
    ("api key", Message("Check OPENAI_API_KEY in the file .env, restart and train again.")),
)


def what_to_do(job: Job) -> Message:
    """Advice for a failed job, from what its error says."""
    said = (job.error_message or "").lower()
    return next((advice for word, advice in _BY_WORD if word in said), AGAIN)
