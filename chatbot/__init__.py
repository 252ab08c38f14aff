"""Homegrown: your own ChatGPT, grown from your own conversations, on your own machine."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Any, Callable, Iterable

from chatbot.settings import ROOT, Settings

if TYPE_CHECKING:
    from flask import Flask

    from chatbot.house import House

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


def create_app(settings: Settings | None = None) -> Flask:
    """Build the site on `settings` (default: the environment): the house, the pages, the commands, and `/v1`."""
    from flask import Flask  # the engine's child processes pass through this file, and need no web server

    from chatbot import commands, web
    from chatbot.house import House

    app = Flask("chatbot", root_path=str(ROOT))
    house = House(settings or Settings.from_env())
    app.extensions["homegrown"] = house
    web.register(app)
    commands.register(app)
    if house.embedded:
        app.wsgi_app = _with_engine(app.wsgi_app, house)  # type: ignore[method-assign]
    atexit.register(house.close)
    return app


def _with_engine(site: WsgiApp, house: House) -> WsgiApp:
    """Answer `/v1/…` by the engine itself, so that other programs can use it with an API key.

    Under a name that is not ours the site answers: it says so."""
    from werkzeug.wsgi import get_host

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        of_engine = environ.get("PATH_INFO", "").startswith("/v1/") and house.settings.answers_to(get_host(environ))
        return (house.engine if of_engine else site)(environ, start_response)

    return application
