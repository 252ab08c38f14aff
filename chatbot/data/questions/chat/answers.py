"""What is answered: differently to the same question, or always the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import islice

from chatbot.data.findings import Finding
from chatbot.data.questions.chat.talks import Talks, answered, asked, fingerprint, plain, question_and_answer
from chatbot.data.reading import ChatRecord
from chatbot.records import Message

DOMINATES = 0.2  # share of all conversations that end with one answer
MANY = 10  # of them
KEPT = 0.05  # share of all conversations that go on ending with it
SHOWN = 60  # characters of the answer


def contradictions(talks: Talks) -> Finding | None:
    """The same words asked, and different answers given: the model learns to guess."""
    answers: dict[int, Counter[str]] = defaultdict(Counter)
    for record in talks.records:
        if answer := plain(answered(record)):
            answers[hash(asked(record))][answer] += 1
    # the answer given most often; of several, the one that came last
    best = {key: max(reversed(given), key=given.__getitem__) for key, given in answers.items() if len(given) > 1}
    if not best:
        return None

    def is_outvoted(record: ChatRecord) -> bool:
        answer, kept = plain(answered(record)), best.get(hash(asked(record)))
        return bool(answer) and kept is not None and kept != answer

    numbers = [index for index, record in enumerate(talks.records) if is_outvoted(record)]
    return talks.removed(
        "contradictions",
        numbers,
        lambda rows: [row for row in rows if not is_outvoted(row)],
        Message("Questions that are answered differently in different conversations: %(questions)s. The model would learn to guess.", questions=len(best)),
        Message("Keep the answer given most often to each, the last one if there are several (removes %(n)s)"),
        question_and_answer,
    )


def canned(talks: Talks) -> Finding | None:
    """One answer to everything: the model learns to give it, whatever is asked."""
    different = {fingerprint(record): plain(answered(record)) for record in talks.records}
    counts = Counter(answer for answer in different.values() if answer)
    said, n = counts.most_common(1)[0] if counts else ("", 0)
    if n < MANY or n < DOMINATES * len(different):
        return None
    most = max(1, int(KEPT * len(different)))
    kept = set(islice((key for key, answer in different.items() if answer == said), most))

    def is_too_much(record: ChatRecord) -> bool:
        return plain(answered(record)) == said and fingerprint(record) not in kept

    message = Message(
        "One answer ends %(percent)s %% of the conversations: “%(answer)s”. The model would give it whatever is asked.",
        percent=round(100 * n / len(different)),
        answer=_short(next(text for text in map(answered, talks.records) if plain(text) == said)),
    )
    action = Message("Keep this answer in %(kept)s conversations and remove the others that end with it (%(n)s)", kept=most)
    return talks.removal("canned", is_too_much, message, action, question_and_answer)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
