"""Server-sent events: running event sources in, one streamed response out."""

from __future__ import annotations

import json
import logging
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Generator, Iterator, Sequence

from flask import Response, stream_with_context

from chatbot.records import HomegrownError, Message
from chatbot.web.i18n import say

FAILED = Message("Something went wrong on our side. Please try again.")
HEARTBEAT = 5.0  # seconds; writing is the only way to notice that a client has gone

Source = Generator[dict[str, Any], None, None]
log = logging.getLogger(__name__)


def event_stream(*sources: Source) -> Response:
    """Answer with the events of all sources as they come. When the client goes, every source is closed.

    Sources run in threads of their own, without a request; a `Message` in an event is said in the reader's language."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(stream_with_context(_lines(sources)), mimetype="text/event-stream", headers=headers)


def _lines(sources: Sequence[Source]) -> Iterator[str]:
    events: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    stop = Event()
    for source in sources:
        Thread(target=_pump, args=(source, events, stop), daemon=True).start()
    running = len(sources)
    try:
        yield ": welcome\n\n"
        while running:
            try:
                event = events.get(timeout=HEARTBEAT)
            except Empty:
                yield ": ping\n\n"
                continue
            if event is None:
                running -= 1
            else:
                yield f"data: {json.dumps(event, ensure_ascii=False, default=say)}\n\n"
    finally:
        stop.set()


def _pump(source: Source, events: SimpleQueue[dict[str, Any] | None], stop: Event) -> None:
    try:
        for event in source:
            events.put(event)
            if stop.is_set():
                break
    except HomegrownError as error:
        events.put({"type": "error", "message": error.message})
    except Exception:
        log.exception("A stream broke")
        events.put({"type": "error", "message": FAILED})
    finally:
        source.close()
        events.put(None)
