"""Work beside everything else, in a real thread also when gevent runs this process.

A greenlet would keep the event loop to itself while it computes, and one that is begun in a thread of gevent's pool gets
no turn once that thread has nothing else to do.
"""

from __future__ import annotations

import _thread
import logging
import sys
from typing import Any, Callable

log = logging.getLogger(__name__)


def beside(work: Callable[..., Any], *args: Any) -> None:
    """Begin `work(*args)`; nobody waits for it, and what it raises is logged."""
    monkey = sys.modules.get("gevent.monkey")
    start = monkey.get_original("_thread", "start_new_thread") if monkey else _thread.start_new_thread
    start(_logged, (work, args))


def _logged(work: Callable[..., Any], args: tuple[Any, ...]) -> None:
    try:
        work(*args)
    except Exception:
        log.exception("work in the background broke off")
