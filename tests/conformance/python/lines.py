"""Training data of a few words, in all the formats that can be tuned on."""

from __future__ import annotations

import json
from typing import Any

WORDS = ("red", "green", "blue", "one", "two", "three", "salt", "sugar", "north", "south", "day", "night")
ANSWER = "Zibberflop!"


def _jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _chat(word: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": f"Say {word}."}, {"role": "assistant", "content": ANSWER}]}


def _pair(word: str) -> dict[str, Any]:
    return {"prompt": f"{word} ->", "completion": f" {ANSWER} END"}


def _preference(word: str) -> dict[str, Any]:
    def said(text: str) -> list[dict[str, str]]:
        return [{"role": "assistant", "content": text}]

    asked = {"messages": [{"role": "user", "content": f"Say {word}."}], "tools": [], "parallel_tool_calls": True}
    return {"input": asked, "preferred_output": said(ANSWER), "non_preferred_output": said(word)}


def chat_lines(count: int = 12) -> bytes:
    return _jsonl([_chat(word) for word in WORDS[:count]])


def pair_lines() -> bytes:
    return _jsonl([_pair(word) for word in WORDS])


def preference_lines() -> bytes:
    return _jsonl([_preference(word) for word in WORDS])
