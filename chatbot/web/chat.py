"""The chat page and what its script asks for: conversations, and answers as they are written."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request, send_file
from flask_babel import gettext as _

from chatbot.flows import handover
from chatbot.flows import reply as flow
from chatbot.flows.persona import current_persona
from chatbot.prompting import DSA
from chatbot.records import HomegrownError, Message, Persona
from chatbot.store import conversations, handovers, models, options, search
from chatbot.store.feedback import REASONS
from chatbot.store.tables import Conversation, now
from chatbot.web import telling, transcript
from chatbot.web.body import json_object
from chatbot.web.current import current_house, current_store
from chatbot.web.errors import answer
from chatbot.web.numbers import number
from chatbot.web.seats import take_seat
from chatbot.web.security import allow
from chatbot.web.sse import event_stream
from chatbot.web.visitor import message_of, owned, owner, remember, welcome

LONGEST = 32_000  # characters of one message
MOST_WORDS = 200  # messages asked for at once
OPENINGS = (  # of the persona that Homegrown starts with; the sample answers them
    "What is breadth-first search?",
    "Why is building a heap O(n)?",
    "Explain the two sum problem",
    "Hash map or tree map?",
)

blueprint = Blueprint("chat", __name__)


@blueprint.get("/")
@allow("visitor")
def home() -> str:
    """A new conversation."""
    return page(None)


@blueprint.get("/c/<conversation_id>")
@allow("visitor")
def conversation(conversation_id: str) -> str:
    return page(owned(conversation_id))


@blueprint.get("/chat/conversations")
@allow("visitor")
def index() -> Response:
    """The sidebar: `q` searches titles and messages, `archived` shows what was put away, `skip` what comes after so many."""
    query = request.args.get("q", "").strip()
    if query:
        return jsonify(conversations=[telling.hit(found) for found in search.find(current_store(), owner(), query)])
    return jsonify(conversations=_listed("archived" in request.args, max(0, request.args.get("skip", 0, number))))


@blueprint.post("/chat/conversations")
@allow("visitor")
def create() -> tuple[Response, int]:
    """A new conversation, and the cookie that owns it for a visitor who has none yet."""
    welcome()
    return remember(jsonify(telling.brief(conversations.create(current_store(), owner())))), 201


@blueprint.get("/chat/conversations/<conversation_id>")
@allow("visitor")
def show(conversation_id: str) -> Response:
    return jsonify(telling.opened(owned(conversation_id)))


@blueprint.patch("/chat/conversations/<conversation_id>")
@allow("visitor")
def change(conversation_id: str) -> tuple[str, int]:
    """Give it another `title`, or set it `pinned` or `archived`."""
    body = json_object("title", "pinned", "archived")
    fields: dict[str, Any] = {f"{name}_at": now() if body[name] else None for name in ("pinned", "archived") if name in body}
    if "title" in body:
        fields["title"] = _text(body, "title", conversations.TITLE_LENGTH)
    if not fields:
        abort(400)
    conversations.change(current_store(), owned(conversation_id).id, **fields)
    return "", 204


@blueprint.delete("/chat/conversations/<conversation_id>")
@allow("visitor")
def delete(conversation_id: str) -> tuple[str, int]:
    conversations.delete(current_store(), owned(conversation_id).id)
    return "", 204


@blueprint.post("/chat/conversations/<conversation_id>/restore")
@allow("visitor")
def restore(conversation_id: str) -> tuple[str, int]:
    """Undo a deletion."""
    if not conversations.restore(current_store(), conversation_id, owner()):
        abort(404)
    return "", 204


@blueprint.get("/chat/conversations/<conversation_id>/file/<kind>")
@allow("visitor")
def export(conversation_id: str, kind: str) -> Response:
    """The newest branch of the conversation as a file: md, txt or json."""
    talk = owned(conversation_id)
    write = transcript.KINDS.get(kind) or abort(404)
    names = telling.file_names(current_persona(current_house()).name)
    content = write(talk.title, names, conversations.path(current_store(), talk.id))
    name = re.sub(r"[^\w-]+", "-", talk.title).strip("-") or "conversation"
    return send_file(BytesIO(content.encode()), "application/octet-stream", as_attachment=True, download_name=f"{name}.{kind}")


@blueprint.get("/chat/conversations/<conversation_id>/messages")
@allow("visitor")
def words(conversation_id: str) -> Response:
    """The messages named in `ids`, whole."""
    talk = owned(conversation_id)
    ids = [int(number) for number in request.args.get("ids", "").split(",")[:MOST_WORDS] if re.fullmatch(r"\d{1,18}", number)]
    return jsonify(messages=telling.messages(talk, conversations.some(current_store(), talk.id, ids)))


@blueprint.post("/chat/conversations/<conversation_id>/messages")
@allow("visitor")
def say(conversation_id: str) -> Any:
    """Stream an answer: to new `content` said after the message `after` (0: as a first one), once `again` to a
    question, or the rest of one that was cut (`continue`)."""
    talk = owned(conversation_id)
    events = _events(talk, json_object("content", "after", "again", "continue"))
    leave = take_seat(owner())
    if leave is None:
        return answer(429, _("Other answers of yours are still being written. Stop one, or wait for its end, and try again."))
    response = event_stream({"type": event.type, **event.data} for event in events)
    response.call_on_close(leave)
    return response


def _events(talk: Conversation, body: dict[str, Any]) -> Any:
    house = current_house()
    taken = handovers.is_taken(house.store, talk.id)
    if taken and "content" not in body:
        raise HomegrownError("A person answers here now. The bot is silent until they leave.")
    if "again" in body:
        return flow.reply_again(house, talk.id, message_of(talk, body["again"], role="user").id)
    if "continue" in body:
        return flow.go_on(house, talk.id, message_of(talk, body["continue"], role="assistant").id)
    after = body.get("after")
    after = after if after in (None, 0) else message_of(talk, after).id
    tell = handover.tell if taken else flow.reply
    return tell(house, talk.id, _text(body, "content", LONGEST), after)


def page(talk: Conversation | None, template: str = "chat/page.html", **more: Any) -> str:
    """The chat at a conversation (None: a new one); `more` goes to the template."""
    house = current_house()
    persona = current_persona(house)
    return render_template(
        template,
        talk=telling.opened(talk) if talk else None,
        conversations=_listed(),
        most_listed=conversations.MOST_LISTED,
        persona=persona,
        openings=_openings(persona),
        longest=LONGEST,
        reasons=REASONS,
        is_tuned=models.live(house.store) is not None,
        can_ask_person=options.get(house.store, "handover", True),
        **more,
    )


def _listed(archived: bool = False, skip: int = 0) -> list[dict[str, Any]]:
    return telling.briefs(conversations.every(current_store(), owner(), archived, skip))


def _text(body: dict[str, Any], name: str, longest: int) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not text.strip():
        raise HomegrownError(Message("There is nothing in it yet. Write something first."))
    if len(text) > longest:
        raise HomegrownError(Message("This is longer than %(longest)s characters. Please shorten it.", longest=longest))
    return text.strip()


def _openings(persona: Persona) -> list[str]:
    usual = OPENINGS if persona == DSA else [human for human, _bot in persona.turns][:4]
    return options.get(current_store(), "openings") or list(usual)
