"""Heavy work kept off the event loop, so that answers go on streaming while a password is hashed or a file is read."""

from __future__ import annotations

import sys
from threading import BoundedSemaphore
from typing import Any, Callable, Iterator, TypeVar

Result = TypeVar("Result")
# two at once of each: more would only take turns on the cores and hold their memory meanwhile
DATA = BoundedSemaphore(2)
PASSWORDS = BoundedSemaphore(2)  # nobody waits for somebody's large file to sign in


def offload(work: Callable[..., Result], *args: Any, lane: BoundedSemaphore = DATA, **kwargs: Any) -> Result:
    """`work(*args, **kwargs)`, in a real thread when gevent runs this process. `work` must not use the request."""
    with lane:
        if not _patched():
            return work(*args, **kwargs)
        from gevent import get_hub

        result, error = get_hub().threadpool.apply(_caught, (work, args, kwargs))
        if error:
            raise error
        return result


def offloaded(pieces: Iterator[Result]) -> Iterator[Result]:
    """The same pieces, each made away from the event loop."""
    nothing: Any = object()
    while (piece := offload(next, pieces, nothing)) is not nothing:
        yield piece


def _caught(work: Callable[..., Result], args: Any, kwargs: Any) -> tuple[Result, None] | tuple[None, Exception]:
    """The result or the exception: gevent would print one that leaves the thread, a person's empty file too."""
    try:
        return work(*args, **kwargs), None
    except Exception as error:
        return None, error


def _patched() -> bool:
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and monkey.is_module_patched("socket")
