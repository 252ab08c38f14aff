"""A person's own embedding model, laid out as sentence-transformers does, beside the one that comes along."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openai
import pytest
import torch
from transformers import BertConfig, BertModel

from chatbot.engine.embedding_models import DEFAULT, find_embedding_model

TEXTS = ["how long does delivery take?", "I want my money back"]


@pytest.fixture
def own(config) -> Path:
    """A small random BERT of another shape than MiniLM, with MiniLM's tokens."""
    torch.manual_seed(3)
    folder = config.models / "Small-BERT"
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "layer_norm_eps": 1e-7}
    BertModel(BertConfig(vocab_size=30522, max_position_embeddings=40, **sizes)).half().save_pretrained(folder)
    shutil.copy(find_embedding_model(config, DEFAULT).folder / "tokenizer.json", folder)
    return folder


def by_transformers(folder: Path, tokens: list[int]) -> torch.Tensor:
    """The last hidden states (tokens, width)."""
    with torch.no_grad():
        return BertModel.from_pretrained(folder, dtype=torch.float32)(torch.tensor([tokens])).last_hidden_state[0]


def embed(client, text, model="small-bert") -> list[float]:
    return client.embeddings.create(model=model, input=text, encoding_format="float").data[0].embedding


def test_it_computes_what_transformers_does(client, own):
    states = by_transformers(own, [101, 2129, 2146, 102])
    for pooled, first in ((states.mean(0), False), (states[0], True)):
        (own / "1_Pooling").mkdir(exist_ok=True)
        (own / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": first}))
        assert len(embed(client, "a", DEFAULT)) == 384, "another model takes its turn"
        assert embed(client, [[101, 2129, 2146, 102]]) == pytest.approx((pooled / pooled.norm()).tolist(), abs=1e-5)


def test_its_own_limits_hold(client, own):
    for wrong, code in (({"input": "word " * 50}, "context_length_exceeded"), ({"input": "a", "dimensions": 384}, "unsupported_value")):
        with pytest.raises(openai.BadRequestError) as error:
            client.embeddings.create(model="small-bert", **wrong)
        assert error.value.code == code


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "cannot be read"),
        (lambda folder: (folder / "config.json").write_text('{"model_type": "bert"}'), "cannot be read: KeyError"),
        (lambda folder: change(folder, model_type="xlm-roberta"), "only BERT models can be used"),
    ],
)
def test_one_that_cannot_be_used_says_why(client, own, spoil, said):
    spoil(own)
    with pytest.raises(openai.InternalServerError, match=said):
        embed(client, "a")


def change(folder: Path, **facts) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))
