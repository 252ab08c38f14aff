"""The live model is loaded before anybody asks, so that the first visitor waits no longer than the second."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Any

from chatbot.flows import reply

log = logging.getLogger(__name__)
LOOK_EVERY = 2.0  # seconds


def keep_warm(house: Any) -> None:
    """Watch which model is live and let it say one word when it changes. Never returns: give it a thread of its own."""
    warm: str | None = None
    while True:
        try:
            model = reply.live_model(house)
            if model != warm:
                warm = model
                one_word(house, model)
        except Exception:  # a model that cannot answer now must not keep the next one from being loaded
            log.exception("the live model could not be loaded ahead of time")
        time.sleep(LOOK_EVERY)


def one_word(house: Any, model: str) -> None:
    """Load `model` and let it read the persona, which every prompt begins with. Raises BackendError."""
    prompt = reply.prompt_for(house, "Hello", model)
    for _piece in reply.send(house, replace(prompt, sampling=replace(prompt.sampling, max_tokens=1))):
        pass
