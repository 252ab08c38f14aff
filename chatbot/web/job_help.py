"""What to do about a training that failed, for people who never saw an API."""

from __future__ import annotations

from chatbot.records import Job, Message

AGAIN = Message("Start the training again. If it fails the same way, look at the log below.")
BY_CODE = {
    "out_of_memory": Message("Close other programs on this computer, or choose a smaller base model, and train again."),
    "disk_full": Message("Free some space on the disk and train again."),
    "model_not_available": Message("Choose another base model, or put its file back, and train again."),
    "training_diverged": Message("Train again with “Learn in smaller steps”. If it happens again, look for strange rows in the data."),
    "invalid_training_file": Message("Prepare the dataset again, look at the examples, and train again."),
    "training_not_available": Message("This provider takes no new trainings. Take OPENAI_BASE_URL out of .env to train on this computer."),
    "invalid_api_key": Message("Check OPENAI_API_KEY in the file .env, restart and train again."),
}


def what_to_do(job: Job) -> Message:
    """Advice for a failed job, from the code of its error."""
    return BY_CODE.get(job.error_code or "", AGAIN)
