"""What must not be learnt: personal data and secrets. Asked of chat lines and of pairs alike."""

from __future__ import annotations

from itertools import islice
from typing import Any, Callable, Iterable, Iterator, Sequence

from chatbot.data.findings import Finding, Sample, SourceOf
from chatbot.data.masking import PERSONAL, Rules, mask
from chatbot.data.questions.leaked import Leaks, fingerprint, keys_of
from chatbot.data.questions.samples import SHOWN, shorten
from chatbot.data.reading import ChatRecord, Row
from chatbot.records import Message

MOST_NAMED = 8  # own contacts that a sentence lists
CONTEXT = 30  # characters kept before the first change of a long text
Masked = Callable[[Any, Rules], Any]  # a row with placeholders; the same object if nothing was to be masked
Texts = Callable[[Any], Sequence[str]]


def of_pairs(rows: Iterable[Row], source_of: SourceOf, rules: Rules) -> list[Finding]:
    """The questions about prompts and completions; each pair is a conversation of two messages."""
    leaks = Leaks(([("user", prompt), ("assistant", completion)] for prompt, completion in rows), source_of, rules)
    return questions(leaks, lambda row: row, lambda row, rules: tuple(mask(row, rules)))


def questions(leaks: Leaks, texts: Texts, masked: Masked) -> list[Finding]:
    """Personal data, the business's own contacts, and secrets; those there are."""
    return [finding for ask in (personal, own, secrets) if (finding := ask(leaks, _changer(leaks, texts, masked)))]


def personal(leaks: Leaks, change: Callable[[Rules], Any]) -> Finding:
    """What belongs to people: masked, so that no model can tell it to somebody else. Its details are the whole report."""
    numbers = [index for index, keys in leaks.concerned.items() if any(key[0] in PERSONAL and key not in leaks.own for key in keys)]
    if not numbers:
        return Finding("personal-data", "info", Message("No personal data was found that would have to be masked."), details=leaks.report())
    rules = Rules(leaks.rules.kinds & PERSONAL, leaks.rules.keep | {value for _, value in leaks.own})
    return Finding(
        "personal-data",
        "recommended",
        Message("Conversations with personal data, such as names, numbers and addresses: %(n)s. A model may repeat to anybody what it learnt.", n=len(numbers)),
        Message("Mask personal data (%(n)s): [NAME_1] instead of a name, the same one in the whole conversation", n=len(numbers)),
        len(numbers),
        _samples(leaks, numbers, rules),
        change(rules),
        details=leaks.report(),
        numbers=numbers,
    )


def own(leaks: Leaks, change: Callable[[Rules], Any]) -> Finding | None:
    """The business's own contacts: a bot that may not say them is of little use. A No masks them too."""
    numbers = [index for index, keys in leaks.concerned.items() if any(key in leaks.own for key in keys)]
    if not numbers:
        return None
    rules = Rules(leaks.rules.kinds & PERSONAL, leaks.rules.keep, frozenset(value for _, value in leaks.own))
    listed = ", ".join(each["value"] for each in leaks.report()["own"][:MOST_NAMED])
    values = f"{listed} …" if len(leaks.own) > MOST_NAMED else listed
    shown = (index for index in numbers if index in leaks.shown)
    said = ((index, next(text for text in leaks.shown[index] if any(key in leaks.own for key in keys_of(text)))) for index in islice(shown, SHOWN))
    return Finding(
        "own-contacts",
        "recommended",
        Message("The bot tells this by itself: %(values)s. It seems to be about your business, not about the people who ask.", values=values),
        Message("Leave what is your own as it is (%(n)s), so that the bot can go on telling it", n=len(leaks.own)),
        len(numbers),
        tuple(Sample(index + 1, shorten(text), shorten(text), leaks.source_of(index)) for index, text in said),
        None,
        change(rules),
        numbers=numbers,
    )


def secrets(leaks: Leaks, change: Callable[[Rules], Any]) -> Finding | None:
    """Passwords, codes and keys."""
    numbers = [index for index, keys in leaks.concerned.items() if any(kind == "SECRET" for kind, _ in keys)]
    rules = Rules(frozenset(("SECRET",)), leaks.rules.keep)
    return numbers and Finding(
        "secrets",
        "recommended",
        Message("Conversations with passwords, codes or keys: %(n)s.", n=len(numbers)),
        Message("Mask passwords, codes and keys (%(n)s)", n=len(numbers)),
        len(numbers),
        _samples(leaks, numbers, rules),
        change(rules),
        numbers=numbers,
    ) or None


def masked_record(record: ChatRecord, rules: Rules) -> ChatRecord:
    """A chat line with placeholders in its texts, and in what tools are called with."""
    before = texts_of(record)
    after = mask(before, rules)
    if before == after:
        return record
    texts = iter(after)
    return record | {"messages": [_with_texts(message, texts) for message in record["messages"]]}


def texts_of(record: ChatRecord) -> list[str]:
    return [text for _, text in said_of(record)]


def said_of(record: ChatRecord) -> list[tuple[str, str]]:
    """Role and text of all that is said; what a tool is called with is the tool's."""
    return [
        said
        for message in record["messages"]
        for said in ((message["role"], message.get("content") or ""), *(("tool", _arguments(call)) for call in _calls(message)))
    ]


def _calls(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The functions a message calls: as OpenAI writes it now, and as it did before."""
    calls = [call.get("function") for call in message.get("tool_calls") or () if isinstance(call, dict)]
    return [call for call in (*calls, message.get("function_call")) if isinstance(call, dict)]


def _arguments(call: dict[str, Any]) -> str:
    found = call.get("arguments")
    return found if isinstance(found, str) else ""


def _with_texts(message: dict[str, Any], texts: Iterator[str]) -> dict[str, Any]:
    """The message with the next of these texts, in the order of `said_of`."""
    content = next(texts)
    new = message | {"content": content} if content else dict(message)
    if message.get("tool_calls"):
        new["tool_calls"] = [_with_arguments(call, texts) for call in message["tool_calls"]]
    if isinstance(message.get("function_call"), dict):
        new["function_call"] = _with_arguments({"function": message["function_call"]}, texts)["function"]
    return new


def _with_arguments(call: Any, texts: Iterator[str]) -> Any:
    if not isinstance(call, dict) or not isinstance(call.get("function"), dict):
        return call
    arguments = next(texts)
    return call | {"function": call["function"] | {"arguments": arguments}} if arguments else call


def _changer(leaks: Leaks, texts: Texts, masked: Masked) -> Callable[[Rules], Callable[[Iterable[Any]], Iterator[Any]]]:
    """Makes the fix for given rules. Rows known to hold nothing are not looked at again."""
    return lambda rules: lambda rows: (row if fingerprint(texts(row)) in leaks.clean else masked(row, rules) for row in rows)


def _samples(leaks: Leaks, numbers: Sequence[int], rules: Rules) -> tuple[Sample, ...]:
    """The first message that changes in each of these rows, rows with other kinds of data first."""
    seen: set[str] = set()
    fresh, more = [], []
    for index in numbers:
        if index in leaks.shown:
            kinds = {kind for kind, value in leaks.concerned[index] if kind in rules.kinds and value not in rules.keep}
            (more if kinds <= seen else fresh).append(index)
            seen |= kinds
    return tuple(_sample(leaks, index, rules) for index in sorted([*fresh, *more][:SHOWN]))


def _sample(leaks: Leaks, index: int, rules: Rules) -> Sample:
    texts = leaks.shown[index]
    before, after = next((old, new) for old, new in zip(texts, mask(texts, rules)) if old != new)
    same = next((place for place, (old, new) in enumerate(zip(before, after)) if old != new), 0)
    cut = max(0, same - CONTEXT)
    return Sample(index + 1, shorten(before[cut:]), shorten(after[cut:]), leaks.source_of(index))


