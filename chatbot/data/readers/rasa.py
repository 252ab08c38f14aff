"""Rasa: YAML with nlu, stories, rules and responses, in one file or in a folder packed as a ZIP."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Iterable, Iterator

from chatbot.data.blocks import BLOCK
from chatbot.data.file import File
from chatbot.data.places import Line, Place
from chatbot.data.reading import Table
from chatbot.data.readers.several import encodings_told
from chatbot.data.readers.talks import Talk, answered, dicts, nothing_to_learn, table_of_talks
from chatbot.records import DataError, Message

KEYS = (b"nlu:", b"stories:", b"rules:", b"responses:")
ENTITY = re.compile(r"\[([^\[\]]{1,300})\](?:\([^()]{0,300}\)|\{[^{}]{0,300}\})")
DEEPEST = 50  # lists in lists
LINE = "line of the file"  # the key under which every object of a document has its own
MOST_VARIANTS = 50  # conversations made of one story, each with other examples of its intents


@dataclass
class Bot:
    """What the files of one bot say together: intent → examples and the first place where it stands, action → texts, and
    the place and the steps of every story."""

    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    responses: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    stories: list[tuple[Place, list[dict[str, Any]]]] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    def add(self, file: str, document: Any) -> None:
        document = document if isinstance(document, dict) else {}
        for item in dicts(document.get("nlu")):
            if isinstance(item.get("intent"), str):
                self.examples[item["intent"]] += _examples(item.get("examples"))
                self.places.setdefault(item["intent"], Place(file, item[LINE]))
        responses = document.get("responses")
        for action, variants in responses.items() if isinstance(responses, dict) else ():
            self.responses[action] += [variant["text"] for variant in dicts(variants) if isinstance(variant.get("text"), str)]
        stories = (story for key in ("stories", "rules") for story in dicts(document.get(key)))
        self.stories += [(Place(file, story[LINE]), dicts(story.get("steps"))) for story in stories]

    def talks(self) -> Iterator[tuple[Line, Talk]]:
        """Stories and rules first, then retrieval intents and those with an answer of their own name."""
        told: set[str] = set()
        for place, steps in self.stories:
            told |= {intent for step in steps for intent in _intents(step)}
            yield from ((place, talk) for talk in self._variants(steps))
        for intent, examples in self.examples.items():
            if "/" in intent or intent not in told:
                yield from ((self.places[intent], talk) for talk in answered(examples, self.responses.get(f"utter_{intent}", ())))

    def _variants(self, steps: list[dict[str, Any]]) -> Iterator[Talk]:
        said = [(speaker, variants) for speaker, variants in map(self._said, steps) if speaker]
        if not any(speaker == "bot" for speaker, _ in said) or not all(variants for _, variants in said):
            return
        for number in range(min(MOST_VARIANTS, max(len(variants) for _, variants in said))):
            yield [(speaker, variants[number % len(variants)].strip()) for speaker, variants in said]

    def _said(self, step: dict[str, Any]) -> tuple[str, list[str]]:
        """Who speaks in a step and what they may say; nobody in a step that is no text, such as a form."""
        if isinstance(step.get("user"), str):
            return "user", [_plain(step["user"])]
        if isinstance(step.get("bot"), str):
            return "bot", [step["bot"]]
        intents = _intents(step)
        if intents:
            # as many as can be used: stories ask this again and again, and an intent may have thousands
            return "user", list(islice((example for intent in intents for example in self.examples.get(intent, ())), MOST_VARIANTS))
        texts = self.responses.get(str(step.get("action")), [])
        return ("bot", texts) if texts else ("", [])


def read(file: File) -> Table:
    """One file, which must hold questions and answers both. Raises DataError."""
    return _table(file, [file])


def recognises_folder(file: File) -> bool:
    return any(key in file.archive.read(name) for name in file.archive.ending(".yml", ".yaml") for key in KEYS)


def read_folder(file: File) -> Table:
    """All YAML files of a folder together. Raises DataError."""
    files = [file.inside(name) for name in sorted(file.archive.ending(".yml", ".yaml")) if file.archive.read(name).strip()]
    table = _table(file, files)
    table.warnings += encodings_told(file.name, (inner.warnings for inner in files))
    return table


def _table(file: File, files: Iterable[File]) -> Table:
    bot = Bot()
    for each in files:
        bot.add(each.name, _load(each))
    if not (bot.examples or bot.stories or bot.responses):
        raise DataError(
            Message("%(name)s is YAML, but not of Rasa: it needs nlu, stories, rules or responses.", name=file.name)
        )
    table = table_of_talks(bot.talks())
    if not table.rows:
        raise nothing_to_learn(file, "Rasa")
    return table


def _load(file: File) -> Any:
    """YAML in which everything is text: no types, and no aliases, with which a small file can unfold without end."""
    import yaml

    name, text = file.name, file.source.text()
    try:
        _check(file, text)
        return yaml.load(text, _loader())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError(
            Message("%(name)s is not valid YAML in line %(line)s (%(reason)s). Mend it and try again.", name=name, line=line, reason=error.problem)
        ) from error  # fmt: skip
    except (yaml.YAMLError, RecursionError) as error:
        raise DataError(Message("%(name)s cannot be read as YAML. Mend it and try again.", name=name)) from error


def _loader() -> Any:
    import yaml

    class Loader(yaml.CBaseLoader):
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            return super().construct_mapping(node, deep) | {LINE: node.start_mark.line + 1}

    return Loader


def _check(file: File, text: str) -> None:
    import yaml

    depth = 0
    for number, event in enumerate(yaml.parse(text, yaml.CBaseLoader)):
        if number % BLOCK == 0:
            file.told(event.end_mark.index / len(text) / 2, 0)  # the other half is making objects of it
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > DEEPEST:
            raise DataError(Message("%(name)s uses YAML aliases (*name) or is nested too deep. Write it out plainly.", name=file.name))


def _examples(value: Any) -> list[str]:
    """A block of lines that begin with a dash, or a list of texts or of objects with a text."""
    if isinstance(value, str):
        lines = (line.strip() for line in value.splitlines())
        return [_plain(line[1:]) for line in lines if line.startswith("-")]
    found = value if isinstance(value, list) else []
    texts = (item.get("text") if isinstance(item, dict) else item for item in found)
    return [_plain(text) for text in texts if isinstance(text, str)]


def _intents(step: dict[str, Any]) -> list[str]:
    choices = dicts(step.get("or")) or [step]
    return [choice["intent"] for choice in choices if isinstance(choice.get("intent"), str)]


def _plain(example: str) -> str:
    """`in [Rome](city)` → `in Rome`."""
    return ENTITY.sub(r"\1", example).strip()
