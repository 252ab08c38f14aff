"""The engine's Flask app: routes under /v1, a key for every one of them, the same headers on every answer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, g, request

from chatbot.engine import errors
from chatbot.engine.chat import chat
from chatbot.engine.completions import completions
from chatbot.engine.config import EngineConfig
from chatbot.engine.embedder import Embedder
from chatbot.engine.embeddings import embeddings
from chatbot.engine.files import files
from chatbot.engine.filestore import FileStore
from chatbot.engine.jobs import jobs
from chatbot.engine.models import Catalog, models
from chatbot.engine.permissions import permissions
from chatbot.engine.pool import Pool
from chatbot.engine.runner import Runner
from chatbot.engine.uploads import uploads

LARGEST_JSON = 16 * 1024 * 1024


@dataclass
class Engine:
    """The working parts, as `app.extensions["engine"]`."""

    config: EngineConfig
    files: FileStore
    models: Catalog
    pool: Pool
    runner: Runner
    embedder: Embedder

    def start(self) -> None:
        """Begin to run jobs."""
        self.runner.start()

    def close(self) -> None:
        """Stop the runner and the serving children; trainers go on and are found again."""
        self.runner.close()
        self.pool.close()
        self.embedder.close()


def make_app(config: EngineConfig, key_is_valid: Callable[[str], bool], runner: Runner | None = None) -> Flask:
    """The engine of `config`. `key_is_valid` says whether an API key is good, in constant time."""
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_JSON
    app.extensions["engine"] = Engine(
        config=config,
        files=FileStore(config.home),
        models=Catalog(config),
        pool=Pool(config),
        runner=runner or Runner(config),
        embedder=Embedder(config),
    )
    v1 = Blueprint("v1", __name__, url_prefix="/v1")
    for part in (files, uploads, models, jobs, permissions, chat, completions, embeddings):
        v1.register_blueprint(part)
    app.register_blueprint(v1)
    errors.install(app)
    app.before_request(lambda: _check_key(key_is_valid))
    app.after_request(lambda response: _with_headers(response, config.organization))
    return app


def _check_key(key_is_valid: Callable[[str], bool]) -> None:
    g.started, g.request_id = time.monotonic(), "req_" + secrets.token_hex(16)
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise errors.no_key()
    if not key_is_valid(key.strip()):
        raise errors.wrong_key(key.strip())


def _with_headers(response: Response, organization: str) -> Response:
    response.headers["x-request-id"] = g.request_id
    response.headers["openai-version"] = "2020-10-01"
    response.headers["openai-organization"] = organization
    response.headers["openai-processing-ms"] = str(round((time.monotonic() - g.started) * 1000))
    return response
