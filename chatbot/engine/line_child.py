"""A child process that answers lines with lines, one after the other, and can be asked from any thread.

gevent's `subprocess`, pipes and locks belong to the thread they were made in, or lose a waiter between two. So the child
is spawned plainly, and every question opens a connection of its own and hands the other end over (`send_fds`); those that
wait stand in the kernel's queue.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import suppress
from typing import Any, Callable

from chatbot.engine import children

CONTROL = 100  # the descriptor in the child over which connections come


class LineChild:
    def __init__(self, module: str, *arguments: str, **environment: str):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._pid = plain("posix_spawn")(
                sys.executable,
                [sys.executable, "-m", module, *arguments],
                children.environment(PYTHONPATH=str(children.ROOT), **environment),
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_DUP2, theirs.fileno(), CONTROL),
                ],
                setsid=True,  # Ctrl-C in the terminal is for the site, which then stops its children itself
            )
            self._control = ours.detach()

    def connect(self) -> socket.socket:
        """A connection for one question of the calling thread; closed at the other end if the child is gone."""
        ours, theirs = socket.socketpair()
        with theirs, socket.socket(fileno=os.dup(self._control)) as control, suppress(ConnectionError):
            socket.send_fds(control, [b"."], [theirs.fileno()])
        return ours

    def retire(self) -> None:
        """Let it answer what it was asked, and then end."""
        os.close(self._control)

    def has_ended(self) -> bool:
        try:
            return bool(plain("waitpid")(self._pid, os.WNOHANG)[0])
        except ChildProcessError:  # gevent has waited for it; the number may be another's by now
            return True

    def kill(self) -> None:
        if not self.has_ended():
            os.kill(self._pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                plain("waitpid")(self._pid, 0)


def ask(connection: socket.socket, line: bytes) -> bytes:
    """The child's answer to a line; empty if it ended."""
    with suppress(ConnectionError), connection, connection.makefile("rwb") as file:
        file.write(line + b"\n")
        file.flush()
        return file.readline()
    return b""


def serve(answer: Callable[[bytes], bytes]) -> None:
    """In the child: answer every line until the parent lets go."""
    with socket.socket(fileno=CONTROL) as control:
        control.setblocking(True)
        while (received := socket.recv_fds(control, 1, 1))[0]:
            with socket.socket(fileno=received[1][0]) as connection, suppress(ConnectionError):
                connection.setblocking(True)  # gevent made it otherwise
                line = connection.makefile("rb").readline()
                if line.endswith(b"\n"):  # or somebody left in the middle of it
                    connection.sendall(answer(line) + b"\n")


def plain(name: str, module: str = "os") -> Callable[..., Any]:
    """A function as Python made it, not gevent."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey.get_original(module, name) if monkey else getattr(sys.modules[module], name)
