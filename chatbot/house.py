"""The parts of one running Homegrown, each built when it is first needed."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chatbot.records import HomegrownError
from chatbot.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

    from chatbot.client import Client
    from chatbot.store import Store


class House:
    """Settings, database, engine and client, handed to whoever needs them."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._inner_key = secrets.token_urlsafe(32)  # how the site itself signs in to its own engine

    @cached_property
    def store(self) -> "Store":
        from chatbot.store import Store

        return Store(self.settings.database)

    @cached_property
    def engine(self) -> "Flask":
        """The embedded engine. It answers at once; `start_jobs` makes it train."""
        from chatbot.engine import create_engine

        return create_engine(self.engine_config, self.key_is_valid)

    @property
    def engine_config(self) -> Any:
        from chatbot.engine.config import EngineConfig

        settings = self.settings
        return EngineConfig(
            home=settings.home / "engine",
            cache=settings.cache,
            models=settings.home / "models",
            organization=settings.organization,
            threads=settings.threads,
            max_running_jobs=settings.max_running_jobs,
            max_loaded_models=settings.max_loaded_models,
            context=settings.context,
        )

    @property
    def embedded(self) -> bool:
        """Whether models live in this process's own engine."""
        return not (self.settings.openai_base_url or self.settings.engine_url)

    @cached_property
    def client(self) -> "Client":
        from chatbot.client import Client

        settings = self.settings
        if settings.openai_base_url:
            return Client.remote(settings.openai_base_url, settings.openai_api_key)
        if settings.engine_url:
            return Client.remote(settings.engine_url.rstrip("/") + "/v1", settings.engine_api_key)
        return Client.embedded(self.engine, self._inner_key)

    def key_is_valid(self, key: str) -> bool:
        """Whether a bearer key opens `/v1`: the site's own, the one in ENGINE_API_KEY, or one made with `api-key create`."""
        from chatbot.store import api_keys

        fixed = [self._inner_key, self.settings.engine_api_key]
        matches = [secrets.compare_digest(key.encode(), known.encode()) for known in fixed if known]
        return any(matches) or api_keys.is_valid(self.store, key)

    def check(self) -> None:
        """Raise HomegrownError when a setting names an embedding model that our own engine does not have."""
        name = self.settings.embedding_model
        if not (name and self.embedded):
            return
        from chatbot.engine.bases import BaseModelError
        from chatbot.engine.embedding_models import find_embedding_model

        try:
            found = find_embedding_model(self.engine_config, name)
        except BaseModelError as error:
            raise HomegrownError(str(error)) from error
        if found is None:
            place = self.engine_config.models / name
            raise HomegrownError(f"EMBEDDING_MODEL is “{name}”, and there is no such model. Leave it empty, or put one into {place}.")

    def start_jobs(self) -> None:
        """Let the embedded engine work on its queue, also on jobs that an earlier stop left behind."""
        if self.embedded:
            self.engine.extensions["engine"].start()

    def close(self) -> None:
        """Stop the engine's children, if it ever had any."""
        if "engine" in self.__dict__:
            self.engine.extensions["engine"].close()
