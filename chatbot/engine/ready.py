"""`python -m chatbot.engine.ready` makes every form of every model ahead of time, for `make setup`; one line a step."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .bases import BaseModelError, default_file, find_bases, serving_file, training_folder
from .config import EngineConfig
from .embedding_models import DEFAULT, MULTILINGUAL, find_embedding_model


def main() -> None:
    parser = argparse.ArgumentParser(description="Prepare every model for serving and training.")
    home = Path(os.environ.get("HOMEGROWN_HOME") or "instance")
    parser.add_argument("--cache", type=Path, default=Path(os.environ.get("HOMEGROWN_CACHE") or home / "cache"))
    parser.add_argument("--models", type=Path, default=home / "models")
    arguments = parser.parse_args()
    config = EngineConfig(home=arguments.cache, cache=arguments.cache, models=arguments.models)
    default_file()
    for base in find_bases(config).values():
        print(f"{base.id}: checked", flush=True)
        serving_file(config, base)
        print(f"{base.id}: ready to answer", flush=True)
        try:
            training_folder(config, base)
            print(f"{base.id}: ready to train", flush=True)
        except BaseModelError as error:
            print(f"{base.id}: {error}", flush=True)
    for name in (DEFAULT, MULTILINGUAL):
        find_embedding_model(config, name)
        print(f"{name}: ready to find what is alike", flush=True)


if __name__ == "__main__":
    main()
