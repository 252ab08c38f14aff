"""Serving children: answers, streams, crashes, and the pool that keeps them."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from chatbot.engine import memory
from chatbot.engine.bases import DEFAULT, BaseModelError, find_bases, read_base
from chatbot.engine.llama import Llama, LlamaCrashed, LlamaError
from chatbot.engine.pool import ModelDamaged, ModelUnavailable, Pool, ServedModel

GREEDY = {"temperature": 0, "n_predict": 12, "prompt": "The capital of France is"}


@pytest.fixture(scope="module")
def base(shared_config):
    return find_bases(shared_config)[DEFAULT]


@pytest.fixture(scope="module")
def llama(base, shared_config):
    llama = Llama(shared_config, base)
    yield llama
    llama.close()


@pytest.fixture
def pool(shared_config):
    pool = Pool(replace(shared_config, max_loaded_models=1))
    yield pool
    pool.close()


def test_a_stream_says_what_a_whole_answer_says(llama):
    whole = llama.complete(GREEDY)["content"]
    assert "Paris" in whole
    assert "".join(chunk["content"] for chunk in llama.stream(GREEDY)) == whole


def test_closing_a_stream_stops_the_generation(llama, shared_config):
    streams = [llama.stream(GREEDY | {"n_predict": 3000, "ignore_eos": True}) for _ in range(shared_config.slots)]
    for stream in streams:
        next(iter(stream))
    for stream in streams:
        stream.close()
    begun = time.monotonic()
    llama.complete(GREEDY)  # would wait for a slot if one were still busy
    assert time.monotonic() - begun < 20  # the streams would take minutes


def test_a_prompt_longer_than_the_context_is_refused(llama):
    with pytest.raises(LlamaError) as refused:
        llama.complete({"prompt": "a " * 9000, "n_predict": 1})
    assert refused.value.status == 400 and refused.value.kind == "exceed_context_size_error"


def test_a_killed_child_is_replaced(pool, base):
    served = ServedModel("base", base)
    with pool.model(served) as first:
        os.kill(first.pid, signal.SIGKILL)
        with pytest.raises(LlamaCrashed):
            first.complete(GREEDY)
    with pool.model(served) as second:
        assert second.pid != first.pid and "Paris" in second.complete(GREEDY)["content"]


def test_the_least_recently_used_model_goes_but_never_a_busy_one(pool, base):
    def use_another():
        with pool.model(ServedModel("two", base)) as two:
            two.complete(GREEDY)

    with pool.model(ServedModel("one", base)) as one:
        waiting = threading.Thread(target=use_another)
        waiting.start()
        time.sleep(1)
        assert one.alive() and waiting.is_alive()
    waiting.join(20)
    assert not one.alive() and not waiting.is_alive()


def test_damaged_files_are_refused(pool, base, tmp_path):
    adapter = tmp_path / "adapter.gguf"
    adapter.write_bytes(b"GGUF, or is it?")
    with pytest.raises(ModelDamaged), pool.model(ServedModel("damaged", base, adapter, sha256="0" * 64)):
        pass
    with pytest.raises(ModelUnavailable, match="could not be loaded"), pool.model(ServedModel("broken", base, adapter)):
        pass


def test_a_model_that_keeps_failing_is_left_alone_for_a_while(pool, base, monkeypatch):
    starts = []

    def start(*arguments):
        starts.append(arguments)
        raise LlamaCrashed("no")

    monkeypatch.setattr("chatbot.engine.pool.Llama", start)
    monkeypatch.setattr("chatbot.engine.pool.time", SimpleNamespace(monotonic=lambda: 1000.0))  # a clock that stands
    for _ in range(4):
        with pytest.raises(ModelUnavailable) as refused, pool.model(ServedModel("broken", base)):
            pass
    assert len(starts) == 2 and refused.value.retry_after >= 2


def test_a_model_that_does_not_fit_into_memory_is_refused(pool, base, monkeypatch):
    monkeypatch.setattr("chatbot.engine.memory.available", lambda: 50 * 2**20)
    with pytest.raises(ModelUnavailable, match="and only 50 MB are free"), pool.model(ServedModel("base", base)):
        pass


@pytest.mark.parametrize("slots, kv_bytes, expected", [(8, 23040, 8), (2, 23040, 2), (8, 53248, 4), (8, 2**20, 4), (64, 23040, 11)])
def test_a_large_model_writes_fewer_answers_at_once(shared_config, base, slots, kv_bytes, expected):
    config, base = replace(shared_config, slots=slots), replace(base, kv_bytes=kv_bytes)
    assert memory.slots(config, base) == expected


def test_a_stream_is_not_kept_waiting_for_others(llama, shared_config):
    """More open streams than llama.cpp answers at once leave room for short requests."""
    streams = [llama.stream(GREEDY | {"n_predict": 3000, "ignore_eos": True}) for _ in range(24)]
    readers = [threading.Thread(target=lambda each=each: list(each), daemon=True) for each in streams]
    for reader in readers:
        reader.start()
    time.sleep(0.5)
    begun = time.monotonic()
    assert llama.tokenize("Hello") and time.monotonic() - begun < 3
    for stream in streams:
        stream.close()
    for reader in readers:
        reader.join(20)


def test_a_file_that_is_no_model_is_left_out_and_explained(shared_config, tmp_path):
    config = replace(shared_config, cache=tmp_path / "cache", models=tmp_path)
    (tmp_path / "Rubbish.gguf").write_bytes(b"not a model")
    with pytest.raises(BaseModelError, match="Rubbish.gguf cannot be read"):
        read_base(config, "rubbish", tmp_path / "Rubbish.gguf")
    assert list(find_bases(config)) == [DEFAULT]


def test_a_damaged_default_base_is_refused(shared_config, base, tmp_path, monkeypatch):
    copy = tmp_path / "copy.gguf"
    content = bytearray(base.gguf.read_bytes())
    content[-5] ^= 1
    copy.write_bytes(content)
    monkeypatch.setattr("chatbot.engine.bases.default_file", lambda: copy)
    assert DEFAULT not in find_bases(replace(shared_config, cache=tmp_path / "cache"))
