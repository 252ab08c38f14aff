"""Where rows come from: the file inside a ZIP, and the line a person finds them on in an editor."""

from __future__ import annotations

import json

import pytest

from chatbot.data.archive import Archive
from chatbot.data.json_text import elements
from chatbot.data.looking import look
from chatbot.data.mapping import Mapping
from chatbot.data.places import Place
from chatbot.data.readers import read
from chatbot.flows import prepare
from tests.data.fixtures import content_of, zip_of

GOOD = "question,answer\nwhen?,at nine\n"


def sources(name: str, content: bytes) -> list[str]:
    return [dialogue.source for dialogue in read(name, content).dialogues]


def test_rows_of_a_zip_name_their_own_file_and_line() -> None:
    packed = zip_of({"export/b.csv": GOOD + "who?,me,you\n", "export/a.csv": GOOD + "\nwhere?,\nhow?,by bus\n"})
    reading = read("export.zip", packed)
    assert [dialogue.source for dialogue in reading.dialogues] == ["export/a.csv:2", "export/a.csv:5", "export/b.csv:2"]
    assert {row.line for row in reading.rejected} == {Place("export/a.csv", 4), Place("export/b.csv", 3)}
    assert sources("one.zip", zip_of({"export/a.csv": GOOD})) == ["export/a.csv:2"]


def test_findings_about_a_zip_name_the_file_inside() -> None:
    inspection = prepare.inspect("export.zip", zip_of({"a.csv": GOOD, "b.csv": "question,answer\nx?,y\nwhen?,at nine\n"}))
    found = {finding.id: finding for finding in prepare.questions(inspection, "chat")}
    assert [sample.source for sample in found["duplicates"].samples] == ["b.csv:3"]


def test_in_each_file_the_sides_begin_anew() -> None:
    odd = "Text\nHello!\nwhat is a stack?\nLast in, first out.\nthanks\n"
    reading = read("x.zip", zip_of({"1.csv": odd, "2.csv": odd.replace("stack", "queue")}))
    assert [dialogue.turns[0].text for dialogue in reading.dialogues] == ["what is a stack?", "what is a queue?"]
    assert [str(warning) for warning in reading.warnings if "1.csv:5" in str(warning)] and reading.greeting == "Hello!"


def test_a_guessed_encoding_inside_a_zip_is_said() -> None:
    german = "question,answer\nHaben Sie schon geöffnet?,Ja für Sie natürlich.\n".encode("cp1252")
    warnings = list(map(str, read("x.zip", zip_of({f"{n}.csv": german for n in range(5)})).warnings))
    assert "0.csv is not UTF-8 and was read as CP1252" in warnings[0] and len(warnings) == 4 and warnings[3].endswith("x.zip: 2.")


@pytest.mark.parametrize(
    "name, source, words",
    [
        ("rasa.zip", "bot/data/rules.yml:5", "rule:"),
        ("rasa.yml", "rasa.yml:11", "rule: hours"),
        ("slack_export.zip", "it-help/2026-01-05.json:9", "{"),
        ("dialogflow_es.zip", "intents/opening hours_usersays_de.json:2", "{"),
        ("dialogflow_cx.zip", "intents/refund/trainingPhrases/en.json", ""),
        ("lex_v1.zip", "Bot_1_Bot_LEX_V1.json", ""),
        ("lex_v2.zip", "Shop/BotLocales/en_US/Intents/Hours/Intent.json", ""),
        ("iflytek.zip", "queryWeather.json", ""),
        ("telegram.json", "telegram.json:14", "{"),
        ("wechat_dialog.json", "wechat_dialog.json:4", "{"),
        ("sharegpt.json", "sharegpt.json:27", "{"),
        ("dashes.srt", "dashes.srt:2", "00:00:01,000"),
        ("film.ass", "film.ass:10", "Dialogue:"),
    ],
)
def test_exports_name_the_file_and_the_line_where_it_can_be_told(name: str, source: str, words: str) -> None:
    content = content_of(name)
    assert source in sources(name, content)
    file, _, line = source.rpartition(":")
    if words:
        text = Archive(name, content).read(file) if name.endswith(".zip") else content
        assert words in text.decode("utf-8-sig").splitlines()[int(line) - 1]


@pytest.mark.parametrize("text", ["[1, 2]", "[ ]", ' [\n{"a": [1]},\n\n"b"\n]\n', "[]"])
def test_elements_of_an_array(text: str) -> None:
    found = list(elements(text))
    assert [element for _, element, _ in found] == json.loads(text)
    assert all(json.dumps(element) in text.splitlines()[line - 1] for line, element, _ in found)


@pytest.mark.parametrize("text", ["[1,]", "[1 2]", "[1] x", "[] x", "[", "[1", "[1,", "[[1]"])
def test_what_is_no_array(text: str) -> None:
    with pytest.raises(ValueError):
        list(elements(text))


def test_the_encoding_of_files_in_a_zip_can_be_chosen() -> None:
    korean = "question,answer\n몇 시에 열어요?,아홉 시에 엽니다.\n".encode("cp949")
    packed = zip_of({"a.csv": GOOD, "b.csv": korean})
    words = dict(look("x.zip", packed, Mapping()).encodings)
    assert "몇 시에 열어요?" in words["cp949"] and next(iter(words)) == look("x.zip", packed, Mapping()).reading.encoding == "" and look("x.zip", zip_of({"a.csv": GOOD}), Mapping()).encodings == ()
    chosen = look("x.zip", packed, Mapping(encoding="cp949")).reading
    assert chosen and chosen.dialogues[1].turns[0].text == "몇 시에 열어요?"
    assert look("x.zip", b"PK", Mapping()).error


def test_rows_under_a_key_with_escapes_are_read_though_their_lines_cannot_be_told() -> None:
    escaped = content_of("telegram.json").replace(b'"messages"', b'"m\\u0065ssages"')
    reading = read("x.json", escaped)
    assert [dialogue.turns for dialogue in reading.dialogues] == [dialogue.turns for dialogue in read("x.json", content_of("telegram.json")).dialogues]
    assert {dialogue.source for dialogue in reading.dialogues} == {"x.json"}
