"""Every format: a file of it in tests/data/files becomes the dialogues that a person would see in it."""

from __future__ import annotations

import json
import shlex
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from chatbot.commands.prepare import command
from chatbot.data.mapping import Mapping
from chatbot.data.readers import EXTENSIONS, read
from chatbot.records import DataError
from tests.data.fixtures import FILES, NAMES, content_of, zip_of

DIALOGUES = json.loads((Path(__file__).parent / "dialogues.json").read_text(encoding="utf-8"))
WITHOUT_ANSWERS = "iflytek.zip"


def said(reading) -> list[list[str]]:
    pairs = [[f"user: {prompt}", f"assistant: {completion}"] for prompt, completion in reading.pairs]
    return [[f"{turn.role}: {turn.text}" for turn in dialogue.turns] for dialogue in reading.dialogues] or pairs


@pytest.mark.parametrize("name", NAMES)
def test_every_format_becomes_its_dialogues(name: str) -> None:
    assert said(read(name, content_of(name))) == DIALOGUES[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_format_can_be_prepared_on_the_command_line(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content_of(name))
    result = CliRunner().invoke(command, [str(tmp_path / name), "--quiet", "--format", "chat", "--out", str(tmp_path / "out")])
    if name == WITHOUT_ANSWERS:
        assert result.exit_code == 1 and "questions but no answers" in result.output
        return
    assert result.exit_code == 0, result.output
    training = Path(shlex.split(result.output.split("flask train ")[1])[0])
    lines = training.read_text(encoding="utf-8").splitlines()
    assert lines and all("assistant" in line and "messages" in json.loads(line) for line in lines)


def test_every_extension_has_a_file() -> None:
    same = {".xlsm", ".tab", ".ndjson", ".yaml", ".log", ".md", ".ssa"}
    assert {Path(name).suffix for name in NAMES} == set(EXTENSIONS) - same


@pytest.mark.parametrize(
    "name, mapping, first",
    [
        ("questions.de.csv", Mapping(question="Antwort", answer="Frage"), ["user: Montag bis Freitag, neun bis sechs.", "assistant: Wann haben Sie geöffnet?"]),
        ("questions.de.csv", Mapping(text="Frage", first_speaker="human"), ["user: Wann haben Sie geöffnet?", "assistant: Kann ich bei Ihnen parken?"]),
        ("speakers.csv", Mapping(bots=("customer",)), ["assistant: Hi, where is my parcel?", "user: Let me look.\nIt arrives tomorrow.", "assistant: Thanks!"]),
        ("speakers.csv", Mapping(question="role", answer="message"), ["user: customer", "assistant: Hi, where is my parcel?"]),
        ("wechat.txt", Mapping(bots=("小李",)), ["user: 您好，在的", "assistant: 周六还有大床房吗？"]),
        ("turns.csv", Mapping(first_speaker="bot"), ["assistant: Is breakfast included?", "user: Yes, from seven to ten.", "assistant: And parking?"]),
    ],
)  # fmt: skip
def test_a_person_can_say_what_is_what(name: str, mapping: Mapping, first: list[str]) -> None:
    reading = read(name, content_of(name), mapping)
    assert said(reading)[0] == first
    assert reading.mapping.as_json().items() >= mapping.as_json().items()
    assert Mapping.from_json(json.loads(json.dumps(reading.mapping.as_json()))) == reading.mapping


def test_what_was_found_out_reads_the_same_when_it_is_said() -> None:
    for name in NAMES:
        reading = read(name, content_of(name))
        if reading.kind == "dialogues" and reading.mapping.columns():
            assert said(read(name, content_of(name), reading.mapping)) == said(reading), name


def test_a_column_that_is_not_there_is_said() -> None:
    with pytest.raises(DataError, match="no column “Frog”"):
        read("questions.de.csv", content_of("questions.de.csv"), Mapping(question="Frog", answer="Antwort"))


def test_guesses_are_said() -> None:
    for name, words in [("unknown_columns.csv", "“x1” was taken as the question"), ("names.csv", "“wer” was taken as the speaker"),
                        ("no_header.csv", "read as data"), ("pauses.srt", "a pause was taken"), ("iflytek.zip", "no answers")]:  # fmt: skip
        assert words in " ".join(map(str, read(name, content_of(name)).warnings)), name


def test_tools_and_weights_stay_in_the_file() -> None:
    first, second = read("chat.jsonl", content_of("chat.jsonl")).records
    assert first["messages"][2]["weight"] == 0 and second["tools"][0]["function"]["name"] == "get_stock"
    assert second["messages"][1]["tool_calls"] and second["messages"][1]["content"] == ""


def test_preference_pairs_keep_both_answers() -> None:
    reading = read("preferences.jsonl", content_of("preferences.jsonl"))
    assert reading.kind == "preferences" and reading.records[0]["non_preferred_output"][0]["content"] == "No idea."
    assert [rejected.line for rejected in reading.rejected] == [3]


def test_a_canned_greeting_is_taken_off_and_another_is_kept_but_not_learnt() -> None:
    library = read("transcript.txt", content_of("transcript.txt"))
    assert library.greeting == "Good morning, city library."
    assert all(dialogue.turns[0].role == "user" for dialogue in library.dialogues)
    assert read("客服.txt", content_of("客服.txt")).dialogues[0].turns[0].role == "assistant"


def test_a_zip_of_one_file_is_that_file() -> None:
    inner = content_of("questions.de.csv")
    assert said(read("x.zip", zip_of({"a/b.csv": inner, "picture.png": b"\x89PNG"}))) == DIALOGUES["questions.de.csv"]


def test_messages_that_begin_with_the_newest_are_put_in_order() -> None:
    newest_first = b"time,role,text\n2026-01-05 10:02,agent,At nine.\n2026-01-05 10:01,customer,When do you open?\n"
    assert said(read("x.csv", newest_first)) == [["user: When do you open?", "assistant: At nine."]]


def run(*words: object):
    return CliRunner().invoke(command, list(map(str, words)))


def test_a_folder_is_read_like_its_zip(tmp_path: Path) -> None:
    result = run(FILES / "rasa.zip", "--quiet", "--format", "chat", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "rasa.zip.jsonl").exists() or (tmp_path / "rasa.jsonl").exists()


def test_the_terminal_shows_what_was_understood_and_can_be_told_otherwise(tmp_path: Path) -> None:
    found = run(FILES / "questions.de.csv", "--quiet", "--out", tmp_path)
    assert "Read with --question Frage --answer Antwort" in found.output and "  Person: Wann haben Sie geöffnet?" in found.output
    told = run(FILES / "questions.de.csv", "--quiet", "--out", tmp_path, "--question", "Antwort", "--answer", "Frage")
    assert "  Bot: Wann haben Sie geöffnet?" in told.output
    chat = run(FILES / "wechat.txt", "--quiet", "--out", tmp_path, "--bot", "小李")
    assert "  Bot: 周六还有大床房吗？" in chat.output and "--bot '小李'" in chat.output
    (tmp_path / "k.csv").write_bytes("question,answer\n몇 시?,아홉 시.\n".encode("cp949"))
    assert "  Person: 몇 시?" in run(tmp_path / "k.csv", "--quiet", "--encoding", "cp949").output


def test_many_stories_of_intents_with_many_examples() -> None:
    asked = "".join(f"    - may I ask {n}\n" for n in range(5000))
    steps = "  - intent: ask\n  - action: utter_yes\n" * 5
    stories = "".join(f"- story: s{n}\n  steps:\n{steps}" for n in range(300))
    bot = f"nlu:\n- intent: ask\n  examples: |\n{asked}responses:\n  utter_yes:\n  - text: You may.\nstories:\n{stories}"
    started = time.process_time()
    reading = read("x.yml", bot.encode())
    assert len(reading.dialogues) == 300 * 50 and reading.dialogues[1].turns[0].text == "may I ask 1"
    assert time.process_time() - started < 10


def test_blank_lines_between_conversations_are_seen_in_a_long_transcript() -> None:
    talk = "Customer: when?\nAgent: at nine\nCustomer: where?\nAgent: here\n\n"
    assert len(read("x.txt", (talk * 1000).encode()).dialogues) == 1000
    for n in range(1, 5):  # the lines looked at end anywhere in a conversation
        assert len(read("x.txt", ("\n" * n + talk * 400).encode()).dialogues) == 400


def test_an_empty_file_in_a_rasa_folder_is_no_obstacle() -> None:
    files = {"nlu.yml": content_of("rasa.yml"), "domain.yml": "\n"}
    assert said(read("bot.zip", zip_of(files))) == DIALOGUES["rasa.yml"]


@pytest.mark.parametrize("name, inside", [("film.ass", "film.ssa"), ("questions.es.tsv", "questions.tab")])
def test_a_zip_holds_whatever_can_be_read_alone(name: str, inside: str) -> None:
    assert said(read("x.zip", zip_of({inside: content_of(name)}))) == DIALOGUES[name]
