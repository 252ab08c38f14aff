"""Is this file good to train on? Reads a JSONL file line by line and stops at the first example that is not.

The sentences and codes are those of OpenAI's jobs; they end up in `job.error` and in the error event.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Callable, Iterator

LEAST_EXAMPLES = 10
LONGEST_FIRST_LINE = 16 << 20  # bytes
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
CHAT_KEYS = {"messages", "tools", "parallel_tool_calls", "functions"}
PAIR_KEYS = {"prompt", "completion"}
PREFERENCE_KEYS = {"input", "preferred_output", "non_preferred_output"}
INPUT_KEYS = {"messages", "tools", "parallel_tool_calls"}
CALL_KEYS = {"tool_calls", "function_call"}
MESSAGE_KEYS = {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal"}


class TrainingFileError(Exception):
    """The file cannot be used. `code`, `message` and `param` are the job's error."""

    def __init__(self, message: str, code: str, param: str):
        super().__init__(message)
        self.message, self.code, self.param = message, code, param

    def error(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "param": self.param}


class _Fault(Exception):
    """One example is wrong; `formal` faults have the newer wording."""

    def __init__(self, sentence: str, formal: bool = False):
        super().__init__(sentence)
        self.formal = formal


def format_of(path: Path) -> str:
    """`completions` or `chat`, by the keys of the first line; a line that says nothing counts as chat."""
    with path.open("rb") as file:
        try:
            first = json.loads(file.readline(LONGEST_FIRST_LINE).decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return "chat"
    return "completions" if isinstance(first, dict) and "messages" not in first and "prompt" in first else "chat"


def check(
    path: Path,
    *,
    method: str,
    format: str,
    file_id: str,
    param: str = "training_file",
    can_chat: bool = True,
    can_call: bool = False,
    wanted: Callable[[], Any] = lambda: None,
) -> int:
    """The number of examples in `path`. Raises TrainingFileError.

    `format` is what the job trains, `can_chat` and `can_call` what the base's template can write.
    Returns early when `wanted()` says that nobody needs the answer any more."""
    kind = param.removesuffix("_file")
    count = 0
    try:
        for number, example in _examples(path):
            if count == 0:
                _check_format(example, method, format, file_id, can_chat)
            if count % 200 == 0:
                time.sleep(0)  # let other requests have their turn
                if wanted():
                    return count
            _CHECKS["dpo" if method == "dpo" else format](f"Example {number}", example, can_call)
            count += 1
    except _Fault as fault:
        what = "a file format error in the" if fault.formal else f"an invalid"
        code = "invalid_file_format" if fault.formal else f"invalid_{param}"
        raise TrainingFileError(f"The job failed due to {what} {kind} file. {fault}", code, param) from None
    least = LEAST_EXAMPLES if param == "training_file" else 1
    if count < least:
        examples = "examples" if least > 1 else "example"
        message = f"{kind.capitalize()} file has {count} example(s), but must have at least {least} {examples}"
        raise TrainingFileError(message, "invalid_n_examples", param)
    return count


def _examples(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Numbered from 1. Empty lines at the end are no examples."""
    empty = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                empty = empty or number
                continue
            if empty:
                raise _Fault(
                    f"Invalid file format. Example {empty} cannot be parsed. Error: line is empty (line {empty})", True
                )
            yield number, _parse(number, line)


def _parse(number: int, line: bytes) -> dict[str, Any]:
    where = f"Invalid file format. Example {number} cannot be parsed. Error:"
    try:
        example = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        raise _Fault(
            f"{where} line is not UTF-8 text: {error.reason} at byte {error.start} (line {number})", True
        ) from None
    except (ValueError, RecursionError) as error:
        raise _Fault(f"{where} line contains invalid json: {error} (line {number})", True) from None
    if not isinstance(example, dict):
        raise _Fault(f"{where} line is not a JSON object (line {number})", True)
    return example


def _check_format(first: dict[str, Any], method: str, format: str, file_id: str, can_chat: bool) -> None:
    """Does the file fit the method and the model? Judged by its first line."""
    found = "preference" if PREFERENCE_KEYS & first.keys() else "chat" if "messages" in first else None
    for name, needed in (("chat", "supervised"), ("preference", "dpo")):
        if found == name and method != needed:
            raise _Fault(
                f"Invalid file format. Input file {file_id} is in the fine-tune-{name} format, but the specified "
                f"fine-tuning job is not using '{needed}' as the training method (provided method={method}). "
            )
    if found is None and not PAIR_KEYS <= first.keys() and method == "supervised":
        if PAIR_KEYS & first.keys() or not first.keys() & CHAT_KEYS:
            raise _Fault("Unexpected file format, expected either prompt/completion pairs or chat messages.")
    if found and format == "completions":
        raise _Fault(
            "Invalid file format. The file holds chat messages, but the model was trained on prompt/completion pairs."
        )
    if found is None and format == "chat" and PAIR_KEYS <= first.keys():
        raise _Fault(
            "Invalid file format. The file holds prompt/completion pairs, but the model was trained on chat messages."
        )
    if format == "chat" and not can_chat:
        raise _Fault("Invalid file format. This model has no chat template. Use prompt/completion pairs instead.")


def _keys(where: str, example: dict[str, Any], needed: set[str], allowed: set[str]) -> None:
    for key in sorted(needed - example.keys()):
        raise _Fault(f"Invalid file format. {where} is missing key '{key}'.", True)
    for key in example:
        if key not in allowed:
            raise _Fault(f'Invalid file format. {where} contains an extra "{key}".', True)


def _check_pair(where: str, example: dict[str, Any], can_call: bool) -> None:
    _keys(where, example, PAIR_KEYS, PAIR_KEYS)
    for key in sorted(PAIR_KEYS):
        if not isinstance(example[key], str):
            raise _Fault(f"Invalid file format. {where}: '{key}' is not a string.", True)
    if not example["completion"]:
        raise _Fault(f"Invalid file format. {where}: 'completion' is empty, so there is nothing to learn.", True)


def _check_chat(where: str, example: dict[str, Any], can_call: bool) -> None:
    _keys(where, example, {"messages"}, CHAT_KEYS)
    _check_tools(where, example, can_call)
    messages = _check_messages(where, example["messages"], can_call)
    if not any(message["role"] == "assistant" and message.get("weight") != 0 for message in messages):
        raise _Fault(f"Invalid file format. {where} has no assistant message to learn from.")


def _check_tools(where: str, example: dict[str, Any], can_call: bool) -> None:
    if not can_call and (example.get("tools") or example.get("functions")):
        raise _Fault(f"Invalid file format. {where} has tools, which this model's chat template cannot write.")


def _check_messages(where: str, messages: Any, can_call: bool) -> list[dict[str, Any]]:
    if not isinstance(messages, list) or not messages:
        raise _Fault(f"Invalid file format. {where}: 'messages' is not a list of messages.")
    for number, message in enumerate(messages, 1):
        _check_message(f"{where}, message {number}", message, can_call)
    return messages


def _check_message(where: str, message: Any, can_call: bool) -> None:
    complain = lambda sentence: _Fault(f"Invalid file format. {where} {sentence}")
    if not isinstance(message, dict):
        raise complain("is not an object")
    if "role" not in message:
        raise complain("Discriminator 'role' is missing in value")
    role = message["role"]
    if role not in ROLES:
        raise complain(f"has the role {role!r}; expected one of {', '.join(map(repr, ROLES))}")
    for key in message.keys() - MESSAGE_KEYS:
        raise complain(f"contains an extra {key!r}")
    if "weight" in message and (role != "assistant" or message["weight"] not in (0, 1)):
        raise complain("has a 'weight'; only assistant messages may have one, and it is 0 or 1")
    calls = message.get("tool_calls") or message.get("function_call")
    if calls and (role != "assistant" or not can_call):
        raise complain("has tool calls, which only an assistant of a model with tools can make")
    if not _is_text(message.get("content")) and not calls:
        raise complain("has no text in 'content'")
    if role == "tool" and not message.get("tool_call_id"):
        raise complain("is a tool's answer without 'tool_call_id'")


def _is_text(content: Any) -> bool:
    """A string, or parts that all are text: the models here read nothing else."""
    if not isinstance(content, list):
        return isinstance(content, str)
    return bool(content) and all(
        isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str) for part in content
    )


def _check_preference(where: str, example: dict[str, Any], can_call: bool) -> None:
    _keys(where, example, PREFERENCE_KEYS, PREFERENCE_KEYS)
    prompt = example["input"]
    if not isinstance(prompt, dict):
        raise _Fault(f"Invalid file format. {where}: 'input' is not an object.", True)
    _keys(f"{where}, input", prompt, {"messages"}, INPUT_KEYS)
    _check_tools(f"{where}, input", prompt, can_call)
    _check_messages(f"{where}, input", prompt["messages"], can_call)
    for key in ("preferred_output", "non_preferred_output"):
        answers = _check_messages(f"{where}, {key}", example[key], can_call)
        if len(answers) != 1 or answers[0]["role"] != "assistant" or answers[0].keys() & CALL_KEYS:
            raise _Fault(f"Invalid file format. {where}: '{key}' must hold exactly one assistant message, of text alone.")


_CHECKS = {"chat": _check_chat, "completions": _check_pair, "dpo": _check_preference}
