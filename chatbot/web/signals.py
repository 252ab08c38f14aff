"""What the data and the loss curve say, in plain words. Pure: numbers in, a sentence out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chatbot.flows.finetune import FEWEST_EXAMPLES, FEWEST_TO_SPLIT, Progress
from chatbot.flows.outlook import Outlook
from chatbot.records import Message
from chatbot.web.chart import Series, smooth

Kind = Literal["waiting", "learning", "slowing", "too-fast", "memorising", "learned", "kept", "few", "canned"]


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
TOO_FAST = Signal(
    "too-fast",
    Message("It learns too fast"),
    Message(
        "The error rises instead of falling. If it stays so, cancel this training and start it again with “Learn in smaller "
        "steps”. If that does not help, look at the data for contradicting answers."
    ),
)
MEMORISING = Signal(
    "memorising",
    Message("It begins to memorise"),
    Message(
        "It still gets better on the examples it is shown, but worse on the ones kept aside: it learns them by heart. "
        "For answers that must stay as they are this does no harm; for freer ones more examples help. Trained on this "
        "computer, the state that did best on those kept aside becomes the model."
    ),
)

LEARNED_TOO_FAST = Signal(
    "too-fast",
    Message("It learned too fast"),
    Message(
        "The error rose at the end instead of falling. Train again with “Learn in smaller steps”, and look at the data for "
        "contradicting answers."
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
KEPT = Message(
    "The error on the examples kept aside was lowest at step %(best)s of %(last)s, and rose as it began to memorise. The model "
    "in use is the state of step %(best)s. More examples, in more wordings, would help it more than more epochs."
)
STOPPED = Message(
    "At step %(last)s the error on the examples kept aside had not fallen for a while, so it stopped there. The model in use is "
    "the state of step %(best)s, where that error was lowest."
)


TOO_FEW = Message("Examples: %(n)s. A training needs at least %(least)s. Add more dialogues, and prepare them again.")
FEW = Message(
    "With %(n)s examples it learns these answers and hardly anything else, and none can be kept aside to see whether it "
    "memorises. Add the questions that come most often, each in three or four wordings; from %(enough)s examples on some are kept aside."
)
CANNED = Message(
    "%(percent)s of every 100 examples are answered with “%(answer)s”. It would say so to questions that it does not fit, too. "
    "Change or delete some of these rows, or prepare the data again and let such answers be removed."
)
LONGEST_QUOTE = 60


def before(outlook: Outlook) -> list[Signal]:
    """What the data lack, before a training starts."""
    found = []
    if outlook.too_few:
        found.append(Signal("few", Message("Too little data"), Message(TOO_FEW.template, n=outlook.n_examples, least=FEWEST_EXAMPLES)))
    elif outlook.few:
        found.append(Signal("few", Message("Little data"), Message(FEW.template, n=outlook.n_examples, enough=FEWEST_TO_SPLIT)))
    if outlook.canned:
        answer, share = outlook.canned
        text = Message(CANNED.template, percent=round(100 * share), answer=_short(answer))
        found.append(Signal("canned", Message("One answer dominates"), text))
    return found


def read(train: Series, valid: Series) -> Signal:
    """The signal in the losses so far. `train` has one value a step, `valid` one at each validation."""
    if len(train) < 5:
        return WAITING
    if _memorises(train, valid):
        return MEMORISING
    curve = [loss for _, loss in smooth(train)]
    if _rises(curve):
        return TOO_FAST
    before = curve[-1 - max(4, len(curve) // 5)] if len(curve) > 5 else curve[0]
    return SLOWING if len(curve) >= 20 and curve[-1] > 0.97 * before else LEARNING


def verdict(now: Progress) -> Signal | None:
    """What became of it, once the training is over."""
    train, last = now.train_loss, now.step
    if len(train) < 2:
        return None
    if now.stopped_at:
        return Signal("kept", Message("Stopped in good time"), _with(STOPPED, best=now.best_step or now.stopped_at, last=now.stopped_at))
    if now.best_step and now.best_step < last:
        return Signal("kept", Message("The best state was kept"), _with(KEPT, best=now.best_step, last=last))
    if _rises([loss for _, loss in smooth(train)]):
        return LEARNED_TOO_FAST
    if _memorises(train, now.valid_loss):
        return BY_HEART
    first, newest = (f"{loss:.2f}" for _, loss in smooth(train)[:: len(train) - 1])
    text = Message("The error on your examples fell from %(first)s to %(last)s.", first=first, last=newest)
    return Signal("learned", Message("Learned"), text)


def _with(text: Message, **values: int) -> Message:
    return Message(text.template, **{name: f"{value:,}" for name, value in values.items()})


def _short(text: str) -> str:
    text = " ".join(text.split()).rstrip(".。")
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"


def _rises(curve: list[float]) -> bool:
    """True when the smoothed loss stands well above the lowest it has been."""
    return curve[-1] > 1.25 * min(curve) + 0.05


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
