"""A base model whose file is missing or damaged: asking for it says what to do."""

from __future__ import annotations

import openai
import pytest

from chatbot.engine import bases
from tests.engine.conftest import BASE

HELLO = [{"role": "user", "content": "hello"}]


def test_a_file_that_is_no_model_is_told_when_it_is_asked_for(client, config, training_file):
    config.models.mkdir(parents=True)
    (config.models / "Rubbish.gguf").write_bytes(b"not a model")
    for model in ("rubbish", "ft:rubbish:local:shop:abc12345"):
        with pytest.raises(openai.InternalServerError, match="Rubbish.gguf cannot be read: .* Replace or remove it.") as error:
            client.chat.completions.create(model=model, messages=HELLO)
        assert str(config.models) not in error.value.message
    with pytest.raises(openai.InternalServerError, match="Replace or remove it."):
        client.fine_tuning.jobs.create(model="rubbish", training_file=training_file)


def test_a_base_that_is_not_installed_is_told_when_it_is_asked_for(client, config, monkeypatch):
    monkeypatch.setattr(bases, "_PACKAGE", "no-such-package")
    with pytest.raises(openai.InternalServerError, match="Run “make clean setup” to install it."):
        client.chat.completions.create(model=BASE, messages=HELLO)
    assert list(client.models.list()) == []


def test_a_model_nobody_knows_is_not_found(client):
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="ft:nobody", messages=HELLO)
