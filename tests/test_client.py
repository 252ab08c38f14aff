"""The connections to another server, under gevent as the site runs."""

from __future__ import annotations

import subprocess
import sys

from chatbot.settings import ROOT

UNDER_GEVENT = """
from gevent import monkey
monkey.patch_all()
import json
import gevent
from gevent.pywsgi import WSGIServer
from chatbot.client import Client
from chatbot.web.offload import offload

def application(environ, start_response):
    gevent.sleep(0.01)
    told = {"object": "list", "model": "m", "data": [{"object": "embedding", "index": 0, "embedding": [1.0]}], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    body = json.dumps(told).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]

server = WSGIServer(("127.0.0.1", 0), application, log=None)
server.start()
client = Client.remote(f"http://127.0.0.1:{server.server_port}/v1", "key")
ask = lambda: client.embed("m", ["a"])
first = [ask(), offload(ask)]
more = [gevent.spawn(*((offload, ask) if n % 2 else (ask,))) for n in range(20)]
print(first + [one.get() for one in more] == [[[1.0]]] * 22)
"""


def test_a_connection_stays_with_the_thread_that_opened_it():
    done = subprocess.run([sys.executable, "-c", UNDER_GEVENT], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "True\n", done.stderr
