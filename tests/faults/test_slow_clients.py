"""The site under gunicorn, with a hundred clients that open connections and say nothing, or not enough."""

from __future__ import annotations

import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack

import openai
import pytest

from chatbot.engine.bases import DEFAULT
from tests.conftest import stop_trainers
from tests.engine_process import KEY, EngineProcess

HALVES = [
    b"",
    b"GET / HTT",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n",
    b"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + KEY.encode() + b"\r\nContent-Length: 1000\r\n\r\nfew",
]  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    home = tmp_path_factory.mktemp("slow")
    with EngineProcess(home, site=True) as site:
        yield site
    stop_trainers(home)


def page(site: EngineProcess) -> tuple[int, float]:
    """The status of the first page, and the seconds it took."""
    begun = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{site.port}/", timeout=20) as answer:
        return answer.status, time.monotonic() - begun


def test_a_hundred_clients_that_say_half_of_it_stop_nobody(site):
    client = openai.OpenAI(api_key=KEY, base_url=site.url, max_retries=0)
    ask = {"model": DEFAULT, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 4}
    assert page(site)[0] == 200 and client.chat.completions.create(**ask).usage.completion_tokens
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", site.port))) for _ in range(100)]
        for number, connection in enumerate(slow):
            connection.sendall(HALVES[number % len(HALVES)])
        status, seconds = page(site)
        assert status == 200 and seconds < 5
        begun = time.monotonic()
        assert list(client.chat.completions.create(stream=True, **ask))[-1].choices[0].finish_reason
        assert time.monotonic() - begun < 10
        for connection in slow[3::4]:  # an upload that goes on slowly
            connection.sendall(b"more")
        assert page(site)[0] == 200
    assert page(site)[0] == 200
