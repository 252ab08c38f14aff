"""The embedding models that come along, and a person's own, laid out as sentence-transformers does."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import openai
import pytest
import torch
from transformers import AutoModel, BertConfig, BertModel, MPNetConfig, MPNetModel

from chatbot.engine import embedding_models
from chatbot.engine.bases import BaseModelError
from chatbot.engine.config import EngineConfig
from chatbot.engine.embedding_models import DEFAULT, LIGHT, MULTILINGUAL, find_embedding_model
from chatbot.settings import ROOT

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "max_position_embeddings": 40}
LIKE = [["how long does delivery take?", "when will my parcel arrive?"], ["I want my money back", "can I get a refund"]]
ALIKE_IN_CHINESE = [["快递要几天才能到？", "我的包裹什么时候送达"], ["我想退款", "钱能退给我吗"]]


@pytest.fixture
def own(config) -> Path:
    """A small random BERT with MiniLM's tokens."""
    return saved(config, BertModel(BertConfig(vocab_size=30522, layer_norm_eps=1e-7, **SIZES)).half())


def saved(config, model: torch.nn.Module) -> Path:
    torch.manual_seed(3)
    folder = config.models / "Small-One"
    model.save_pretrained(folder)
    shutil.copy(find_embedding_model(config, LIGHT).folder / "tokenizer.json", folder)
    return folder


def by_transformers(folder: Path, tokens: list[int]) -> torch.Tensor:
    """The last hidden states (tokens, width)."""
    with torch.no_grad():
        return AutoModel.from_pretrained(folder, dtype=torch.float32)(torch.tensor([tokens])).last_hidden_state[0]


def embed(client, text, model="small-one") -> list[float]:
    return client.embeddings.create(model=model, input=text, encoding_format="float").data[0].embedding


def vectors(client, texts, model) -> numpy.ndarray:
    return numpy.array([one.embedding for one in client.embeddings.create(model=model, input=texts, encoding_format="float").data])


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_it_computes_what_transformers_does(client, config, kind):
    mpnet = MPNetConfig(vocab_size=30527, **SIZES)
    folder = saved(config, MPNetModel(mpnet) if kind == "mpnet" else BertModel(BertConfig(vocab_size=30522, **SIZES)))
    states = by_transformers(folder, [101, 2129, 2146, 102])
    for pooled, first in ((states.mean(0), False), (states[0], True)):
        (folder / "1_Pooling").mkdir(exist_ok=True)
        (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": first}))
        assert len(embed(client, "a", LIGHT)) == 384, "another model takes its turn"
        assert embed(client, [[101, 2129, 2146, 102]]) == pytest.approx((pooled / pooled.norm()).tolist(), abs=0.02), "bf16"


@pytest.mark.parametrize("model, width, texts", [(DEFAULT, 768, LIKE), (MULTILINGUAL, 512, LIKE + ALIKE_IN_CHINESE)])
def test_what_means_the_same_is_near(client, model, width, texts):
    found = vectors(client, [text for pair in texts for text in pair], model)
    nearness = found @ found.T
    assert found.shape == (2 * len(texts), width) and numpy.diag(nearness) == pytest.approx(1, abs=1e-4)
    for place in range(0, len(found), 2):
        others = numpy.delete(nearness[place], [place, place + 1])
        assert nearness[place, place + 1] > others[: len(others) if model == DEFAULT else None].max() - (0.25 if model == MULTILINGUAL else 0)


@pytest.mark.parametrize("model", [DEFAULT, MULTILINGUAL])
def test_company_changes_nothing(client, model):
    alone = [vectors(client, text, model)[0] for text in ("short", "a longer one, with more words than the other has")]
    together = vectors(client, ["short", "a longer one, with more words than the other has", "x " * 90], model)[:2]
    assert (together * alone).sum(1) == pytest.approx(1, abs=1e-3)


def test_the_model_in_parts_is_put_together_and_checked(tmp_path, monkeypatch):
    fresh = EngineConfig(home=tmp_path, cache=tmp_path / "cache", models=tmp_path)
    found = find_embedding_model(fresh, DEFAULT)
    assert sorted(path.name for path in found.folder.rglob("*") if path.is_file()) == ["config.json", "config.json", "model.safetensors", "tokenizer.json"]
    weights = found.folder / "model.safetensors"
    size = weights.stat().st_size
    weights.write_bytes(b"something else")
    assert find_embedding_model(fresh, DEFAULT) == found and weights.stat().st_size == size, "put together once more"
    monkeypatch.setitem(embedding_models._SHA256, DEFAULT, "that of another release")
    with pytest.raises(BaseModelError, match="is damaged"):
        find_embedding_model(fresh, DEFAULT)


def test_models_that_are_not_installed_say_how_to_install_them(config, tmp_path, monkeypatch):
    monkeypatch.setattr(embedding_models.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BaseModelError, match="make clean setup"):
        find_embedding_model(config, MULTILINGUAL)


def test_a_folder_is_found_however_it_is_written(config, own):
    assert find_embedding_model(config, "Small-One") == find_embedding_model(config, "small-one") is not None


def test_its_own_limits_hold(client, own):
    for wrong, code in (({"input": "word " * 50}, "context_length_exceeded"), ({"input": "a", "dimensions": 384}, "unsupported_value")):
        with pytest.raises(openai.BadRequestError) as error:
            client.embeddings.create(model="small-one", **wrong)
        assert error.value.code == code


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "cannot be read"),
        (lambda folder: (folder / "config.json").write_text('{"model_type": "bert"}'), "cannot be read: KeyError"),
        (lambda folder: change(folder, model_type="t5"), "only bert, mpnet, roberta, xlm-roberta can be used"),
    ],
)
def test_one_that_cannot_be_used_says_why(client, own, spoil, said):
    spoil(own)
    with pytest.raises(openai.InternalServerError, match=said):
        embed(client, "a")


def change(folder: Path, **facts) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


UNDER_GEVENT = """
from gevent import monkey
monkey.patch_all()
import sys
from pathlib import Path
import gevent
from chatbot.engine.config import EngineConfig
from chatbot.engine.embedder import Embedder
from chatbot.engine.embedding_models import LIGHT, find_embedding_model
from chatbot.web.offload import offload

config = EngineConfig(home=Path(sys.argv[1]), cache=Path(sys.argv[1]), models=Path(sys.argv[1]))
model, embedder = find_embedding_model(config, LIGHT), Embedder(config)
tokens = lambda n: embedder.embed(model, ["word " * n])["tokens"]  # tells whose answer it is
first = offload(tokens, 1)
try:
    with gevent.Timeout(0.001):
        tokens(400)
except gevent.Timeout:
    pass
asked = [gevent.spawn(*((offload, tokens, n) if n % 2 else (tokens, n))) for n in range(2, 30)]
print(first, [one.get() for one in asked] == [n + 2 for n in range(2, 30)])
embedder.close()
"""


def test_it_answers_threads_and_the_event_loop_in_turn(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", UNDER_GEVENT, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "3 True\n", done.stderr
