"""The live model is loaded ahead of time."""

import time
from threading import Thread

from chatbot.flows import warm
from chatbot.records import Piece
from chatbot.store import models


class Counting:
    """A client that notes which models were asked, and for how many tokens."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def chat(self, model, messages, sampling):
        self.asked.append((model, sampling.max_tokens))
        if model == "broken":
            raise RuntimeError("cannot be loaded")
        yield Piece("Hi", "stop")


def test_each_model_that_goes_live_says_one_word(house, monkeypatch):
    monkeypatch.setattr(warm, "LOOK_EVERY", 0.01)
    house.__dict__["client"] = client = Counting()
    Thread(target=warm.keep_warm, args=(house,), daemon=True).start()
    for model in ("smollm2-135m-instruct", "broken", "other"):
        if model != "smollm2-135m-instruct":
            models.put_live(house.store, model, "chat")
        deadline = time.monotonic() + 10
        while (model, 1) not in client.asked:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert len(client.asked) == 3
