"""Every sentence a person sees can be translated, and 中文 has all of them, with the same places for values."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import nodes

from chatbot.settings import ROOT

PO = ROOT / "chatbot" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
TEMPLATES = ROOT / "templates"
PLACE = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
# what is no text: comments, statements, the class of the body, attributes that a macro writes
NO_TEXT = re.compile(r"\{#.*?#\}|\{% block body_class %\}.*?\{% endblock %\}|\{% macro _(?!around).*?\{%-? endmacro %\}|\{%.*?%\}", re.DOTALL)
VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
SEEN = ("aria-label", "title", "placeholder", "alt")  # attributes that are shown or read aloud
NAMES = {"Homegrown", "SHA-256", "Alt N"}  # the same in every language
KEYS = {"Enter", "Shift", "Esc", "Alt"}
TRANSLATORS = ("_", "gettext", "ngettext", "pgettext", "npgettext")


@cache
def said() -> Catalog:
    """Every sentence marked for translation in code and templates."""
    with open(ROOT / ".babel.cfg", encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    catalog = Catalog()
    for _file, _line, message, _comments, context in extract_from_dir(ROOT, methods, options, directory_filter=_is_ours):
        catalog.add(message, context=context)
    return catalog


def _is_ours(folder: str) -> bool:
    return Path(folder).relative_to(ROOT).parts[:1] in ((), ("chatbot",), ("templates",))


@cache
def chinese() -> Catalog:
    with open(PO, "rb") as file:
        return read_po(file, locale="zh")


def test_there_is_something_to_translate():
    assert len(said()) > 500


def test_every_sentence_is_in_chinese():
    translated = {(message.id, message.context): message for message in chinese()}
    missing = [message.id for message in said() if message.id and not _is_translated(translated.get((message.id, message.context)))]
    assert missing == []


def test_nothing_is_translated_that_is_no_longer_said():
    known = {(message.id, message.context) for message in said()}
    assert [message.id for message in chinese() if message.id and (message.id, message.context) not in known] == []
    assert not chinese().obsolete


def test_values_keep_their_places():
    for message in chinese():
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        for text in _strings(message):
            assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(sources[-1])), text


def _is_translated(message) -> bool:
    return message is not None and not message.fuzzy and all(_strings(message))


def _strings(message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def templates() -> list[str]:
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("name", templates())
def test_no_words_of_a_template_are_left_unmarked(name: str):
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    page = VisibleText()
    page.feed(VALUE.sub("v", NO_TEXT.sub("", source)))
    assert [text for text in page.texts if re.search(r"[^\W\d_]", text.replace("v", "")) and text not in NAMES] == []
    assert unmarked_literals(source) == []


class VisibleText(HTMLParser):
    """Collects what a page shows: text, and attributes that are shown or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip(" ·×\n"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value.strip() for name, value in attrs if name in SEEN and value]


def unmarked_literals(source: str) -> list[str]:
    """Strings inside {{ }} and {% %} that begin like a sentence and are not handed to a translator."""
    tree = jinja2.Environment(extensions=["jinja2.ext.i18n"]).parse(source)
    marked = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in TRANSLATORS
        for constant in call.find_all(nodes.Const)
    }
    texts = [each.value for each in tree.find_all(nodes.Const) if isinstance(each.value, str) and id(each) not in marked]
    return [text for text in texts if re.match(r"[A-Z][a-z]", text) and text not in KEYS]


@pytest.mark.parametrize(
    "source, found",
    [("{{ 'Save it' }}", ["Save it"]), ("{{ _('Save it') }}", []), ("{{ button('x', text='Go') }}", ["Go"]), ("{{ icon('leaf') }}", [])],
)
def test_unmarked_literals_are_found(source: str, found: list[str]):
    assert unmarked_literals(source) == found
