"""What makes a training file unfit: the sentences and codes of the reference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.engine import training_file

GOOD = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
PAIR = {"prompt": "a ->", "completion": " b"}
WISH = {"prompt": "a"}
DPO = {
    "input": {"messages": [{"role": "user", "content": "a"}]},
    "preferred_output": [{"role": "assistant", "content": "b"}],
    "non_preferred_output": [{"role": "assistant", "content": "c"}],
}


def check(tmp_path: Path, lines: list, **more) -> int:
    path = tmp_path / "file.jsonl"
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"\n".join(texts) + b"\n")
    wishes = {"method": "supervised", "format": training_file.format_of(path), "file_id": "file-a"}
    return training_file.check(path, **wishes | more)


@pytest.mark.parametrize("line, method", [(GOOD, "supervised"), (PAIR, "supervised"), (DPO, "dpo")])
def test_good_files(tmp_path, line, method):
    assert check(tmp_path, [line] * 10, method=method) == 10
    assert check(tmp_path, [b"\xef\xbb\xbf" + json.dumps(line).encode()] + [line] * 9 + [b"", b""], method=method) == 10


def test_a_line_nested_too_deep(tmp_path):
    with pytest.raises(training_file.TrainingFileError, match="Example 1 cannot be parsed"):
        check(tmp_path, [b"[" * 100_000 + b"]" * 100_000] * 10)


def message(**changes) -> dict:
    return {"messages": [GOOD["messages"][0] | changes, GOOD["messages"][1]]}


SUPERVISED = [
    ([GOOD] * 7, "invalid_n_examples", "Training file has 7 example(s), but must have at least 10 examples"),
    (
        [GOOD] * 99 + [{"messages": [GOOD["messages"][0], {"content": "b"}]}],
        "invalid_training_file",
        "The job failed due to an invalid training file. Invalid file format. Example 100, message 2 Discriminator 'role' is missing in value",
    ),
    (
        [DPO],
        "invalid_training_file",
        "The job failed due to an invalid training file. Invalid file format. Input file file-a is in the fine-tune-preference format, but the specified fine-tuning job is not using 'dpo' as the training method (provided method=supervised). ",
    ),
    (
        [{"text": "a"}],
        "invalid_training_file",
        "The job failed due to an invalid training file. Unexpected file format, expected either prompt/completion pairs or chat messages.",
    ),
    (
        [GOOD | {"weight": 1}],
        "invalid_file_format",
        'The job failed due to a file format error in the training file. Invalid file format. Example 1 contains an extra "weight".',
    ),
    (
        [GOOD, PAIR],
        "invalid_file_format",
        "The job failed due to a file format error in the training file. Invalid file format. Example 2 is missing key 'messages'.",
    ),
    (
        [GOOD, b'{"messages": [{"role" "user"}]}'],
        "invalid_file_format",
        "The job failed due to a file format error in the training file. Invalid file format. Example 2 cannot be parsed. Error: line contains invalid json: Expecting ':' delimiter: line 1 column 23 (char 22) (line 2)",
    ),
    ([GOOD, b"", GOOD], "invalid_file_format", "Example 2 cannot be parsed. Error: line is empty (line 2)"),
    ([GOOD, b"\xff"], "invalid_file_format", "Example 2 cannot be parsed. Error: line is not UTF-8 text"),
    ([GOOD, b"[]"], "invalid_file_format", "Example 2 cannot be parsed. Error: line is not a JSON object"),
    ([message(role="bot")], "invalid_training_file", "Example 1, message 1 has the role 'bot'"),
    ([message(weight=1)], "invalid_training_file", "only assistant messages may have one"),
    ([message(content=None)], "invalid_training_file", "message 1 has no text in 'content'"),
    ([message(mood="good")], "invalid_training_file", "contains an extra 'mood'"),
    ([message(role="tool")], "invalid_training_file", "without 'tool_call_id'"),
    ([message(content=[{"type": "image_url", "image_url": {"url": "x"}}])], "invalid_training_file", "no text in 'content'"),
    ([{"messages": GOOD["messages"][:1]}], "invalid_training_file", "no assistant message"),
    ([{"messages": []}], "invalid_training_file", "not a list of messages"),
    ([GOOD | {"tools": [{}]}], "invalid_training_file", "has tools"),
    ([PAIR, PAIR | {"completion": ""}], "invalid_file_format", "Example 2: 'completion' is empty"),
    ([PAIR, PAIR | {"prompt": 3}], "invalid_file_format", "Example 2: 'prompt' is not a string"),
]


@pytest.mark.parametrize("lines, code, text", SUPERVISED)
def test_bad_files(tmp_path, lines, code, text):
    with pytest.raises(training_file.TrainingFileError) as error:
        check(tmp_path, lines)
    assert error.value.code == code and error.value.param == "training_file"
    assert text in error.value.message and error.value.message.count("The job failed") <= 1
    if text.startswith(("The job", "Training")):
        assert error.value.message == text


def test_chat_data_for_dpo(tmp_path):
    with pytest.raises(training_file.TrainingFileError) as error:
        check(tmp_path, [GOOD] * 10, method="dpo")
    assert error.value.message == (
        "The job failed due to an invalid training file. Invalid file format. Input file file-a is in the fine-tune-chat "
        "format, but the specified fine-tuning job is not using 'supervised' as the training method (provided method=dpo). "
    )


def test_a_preference_needs_two_single_answers(tmp_path):
    with pytest.raises(training_file.TrainingFileError, match="exactly one assistant message"):
        check(tmp_path, [DPO | {"preferred_output": DPO["preferred_output"] * 2}], method="dpo")
    wrong = (
        ({"preferred_output": [{"role": "user", "content": "b"}]}, "exactly one assistant message, of text alone"),
        ({"input": "a"}, "Example 1: 'input' is not an object"),
        ({"input": {}}, "Example 1, input is missing key 'messages'"),
        ({"input": DPO["input"] | {"mood": 1}}, 'Example 1, input contains an extra "mood"'),
        ({"input": DPO["input"] | {"tools": [{}]}}, "Example 1, input has tools"),
        ({"input": {"messages": [{"content": "a"}]}}, "Example 1, input, message 1 Discriminator 'role' is missing"),
        ({"weight": 1}, 'Example 1 contains an extra "weight"'),
    )
    for change, text in wrong:
        with pytest.raises(training_file.TrainingFileError, match=text):
            check(tmp_path, [DPO | change], method="dpo")
    with pytest.raises(training_file.TrainingFileError, match="Example 1 is missing key 'input'"):
        check(tmp_path, [{key: DPO[key] for key in ("preferred_output", "non_preferred_output")}], method="dpo")


def test_the_file_must_fit_the_model(tmp_path):
    for lines, more in (
        ([GOOD] * 10, {"format": "completions"}),
        ([PAIR] * 10, {"format": "chat"}),
        ([GOOD] * 10, {"can_chat": False}),
        ([DPO] * 10, {"method": "dpo", "format": "completions"}),
        ([DPO] * 10, {"method": "dpo", "can_chat": False}),
    ):
        with pytest.raises(training_file.TrainingFileError) as error:
            check(tmp_path, lines, **more)
        assert error.value.code == "invalid_training_file"


def test_the_validation_file_has_its_own_words(tmp_path):
    assert check(tmp_path, [GOOD], param="validation_file") == 1
    with pytest.raises(training_file.TrainingFileError) as error:
        check(tmp_path, [message(role="bot")], param="validation_file")
    assert error.value.error()["code"] == "invalid_validation_file" and error.value.param == "validation_file"
    assert error.value.message.startswith("The job failed due to an invalid validation file.")


def test_a_cancelled_job_is_not_read_to_its_end(tmp_path):
    assert check(tmp_path, [GOOD] * 500, wanted=lambda: "cancel") < 500
