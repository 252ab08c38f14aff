"""Why a training failed, as a sentence for the person who started it."""

from __future__ import annotations

import errno

from ..bases import BaseModelError
from ..template import TemplateError
from .loop import Diverged


class NothingToTrain(Exception):
    """No token of the file is trained."""


def explain(error: BaseException, step: int) -> dict:
    """The job's `error` field ({"code", "message", "param"}) for an exception at a step."""
    code, message, param = _explain(error, step)
    return {"code": code, "message": message, "param": param}


def _explain(error: BaseException, step: int) -> tuple[str, str, str | None]:
    if isinstance(error, Diverged):
        return "training_diverged", (
            f"The training became unstable at step {step}: its loss is no longer a number. "
            "Start it again with a smaller learning rate multiplier, for example half of this one."
        ), None
    if isinstance(error, NothingToTrain):
        return "invalid_training_file", (
            "The training file has no answer to learn from: every assistant message is empty, has weight 0, "
            "or lies behind the longest text the model can read. Check the file, then start again."
        ), "training_file"
    if isinstance(error, TemplateError):
        return "invalid_training_file", f"The training file does not fit this model. {error}", "training_file"
    if isinstance(error, (BaseModelError, FileNotFoundError)):
        return "model_not_available", str(error), None
    if _is_full(error):
        return "disk_full", "The disk is full, so the training could not be saved. Free some space, then start it again.", None
    if isinstance(error, MemoryError) or "alloc" in str(error).lower():
        return "out_of_memory", (
            "The machine's memory is too small for this training. Close other programs, "
            "or train with a smaller batch size or shorter dialogues."
        ), None
    return "server_error", f"The training stopped because of an error in the program: {error!r}. Its log has the details.", None


def _is_full(error: BaseException) -> bool:
    """Whether there was no room on the disk; safetensors and numpy have words of their own for it."""
    no_space = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return no_space or any(words in str(error) for words in ("No space left", " requested and "))
