"""The pages: Flask blueprints that read the request, call a flow and render. No openai, no SQL, no torch in this room."""

from __future__ import annotations

from flask import Flask

from chatbot.web import (
    auth,
    batch,
    blind,
    chat,
    chat_feedback,
    chat_person,
    chat_share,
    console,
    corrections,
    data,
    errors,
    evaluation,
    i18n,
    inbox,
    mapping,
    masking,
    merge,
    models,
    overview,
    people,
    rows,
    seats,
    security,
    settings_page,
    starting,
    static_files,
    training,
    versions,
    widget,
)

PAGES = (
    auth, chat, chat_feedback, chat_person, chat_share, console, inbox, blind, batch, overview, data, mapping, masking, rows, versions, merge,
    corrections, training, models, evaluation, people, settings_page, widget,
)


def register(app: Flask) -> None:
    """Put every page on `app`, with the security hooks in front of them."""
    i18n.register(app)
    inbox.register(app)
    seats.register(app)
    starting.register(app)
    static_files.register(app)
    for page in PAGES:
        app.register_blueprint(page.blueprint)
    security.register(app)
    errors.register(app)
