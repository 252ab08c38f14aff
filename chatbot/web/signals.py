"""What a loss curve says, in plain words. Pure: numbers in, a sentence out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chatbot.records import Message
from chatbot.web.chart import Series, smooth

Kind = Literal["waiting", "learning", "slowing", "unstable", "memorising", "learned"]


@dataclass(frozen=True)
class Signal:
    """How learning goes: a kind (for colour and icon), a headline, what it means."""

    kind: Kind
    title: Message
    text: Message


WAITING = Signal("waiting", Message("Getting ready"), Message("The first numbers appear after a few steps."))
LEARNING = Signal(
    "learning",
    Message("Still learning"),
    Message("The error keeps falling: its answers come closer and closer to yours."),
)
SLOWING = Signal(
    "slowing",
    Message("Almost everything is learned"),
    Message("The error hardly falls any more. More rounds over the same data would change little."),
)
UNSTABLE = Signal(
    "unstable",
    Message("Learning is unsteady"),
    Message("The error rises instead of falling. If it stays so, look at the data for contradicting answers."),
)
MEMORISING = Signal(
    "memorising",
    Message("It begins to memorise"),
    Message(
        "It still gets better on the examples it is shown, but worse on the ones kept aside: it learns them by heart. "
        "For answers that must stay as they are this is right; for freer ones take fewer epochs or more examples."
    ),
)

BY_HEART = Signal(
    "memorising",
    Message("Learned by heart"),
    Message(
        "It gives your answers almost word for word. Questions unlike yours it answers less well than an earlier state "
        "would: you find those under Models."
    ),
)


def read(train: Series, valid: Series) -> Signal:
    """The signal in the losses so far. `train` has one value a step, `valid` one at each validation."""
    if len(train) < 5:
        return WAITING
    if _memorises(train, valid):
        return MEMORISING
    curve = [loss for _, loss in smooth(train)]
    before, now = curve[-1 - max(4, len(curve) // 5)] if len(curve) > 5 else curve[0], curve[-1]
    if now > 1.25 * min(curve) + 0.05:
        return UNSTABLE
    return SLOWING if len(curve) >= 20 and now > 0.97 * before else LEARNING


def verdict(train: Series, valid: Series) -> Signal | None:
    """What became of it, once the training is over."""
    if len(train) < 2:
        return None
    if _memorises(train, valid):
        return BY_HEART
    first, last = (f"{loss:.2f}" for _, loss in smooth(train)[:: len(train) - 1])
    text = Message("The error on your examples fell from %(first)s to %(last)s.", first=first, last=last)
    return Signal("learned", Message("Learned"), text)


def _memorises(train: Series, valid: Series) -> bool:
    """True when validation has risen for two measurements by more than a twentieth while training fell."""
    if len(valid) < 3:
        return False
    best = min(range(len(valid)), key=lambda n: valid[n][1])
    if len(valid) - 1 - best < 2 or valid[-1][1] <= 1.05 * valid[best][1]:
        return False
    curve = smooth(train)
    at_best = next((loss for step, loss in curve if step >= valid[best][0]), curve[-1][1])
    return curve[-1][1] < at_best
