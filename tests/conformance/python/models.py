"""Spec 2.3: models, before anything is tuned; and 1.1: every route wants a key."""

from __future__ import annotations

from typing import Any

from checks import Checks, Http

ROUTES = (
    ("GET", "/models"), ("GET", "/models/x"), ("DELETE", "/models/x"), ("GET", "/files"), ("POST", "/files"),
    ("GET", "/files/file-x"), ("GET", "/files/file-x/content"), ("DELETE", "/files/file-x"), ("POST", "/uploads"),
    ("POST", "/uploads/upload_x/parts"), ("POST", "/uploads/upload_x/complete"), ("POST", "/uploads/upload_x/cancel"),
    ("POST", "/fine_tuning/jobs"), ("GET", "/fine_tuning/jobs"), ("GET", "/fine_tuning/jobs/ftjob-x"),
    ("POST", "/fine_tuning/jobs/ftjob-x/cancel"), ("POST", "/fine_tuning/jobs/ftjob-x/pause"),
    ("POST", "/fine_tuning/jobs/ftjob-x/resume"), ("GET", "/fine_tuning/jobs/ftjob-x/events"),
    ("GET", "/fine_tuning/jobs/ftjob-x/checkpoints"), ("GET", "/fine_tuning/checkpoints/x/permissions"),
    ("POST", "/fine_tuning/checkpoints/x/permissions"), ("DELETE", "/fine_tuning/checkpoints/x/permissions/cp_x"),
    ("POST", "/chat/completions"), ("POST", "/completions"), ("POST", "/embeddings"), ("GET", "/nowhere"),
)  # fmt: skip


def story(checks: Checks, client: Any, http: Http, base: str) -> None:
    checks.section(_models, checks, client, http, base)
    checks.section(_keys, checks, http)
    checks.section(_wrong_requests, checks, http)
    checks.section(_headers, checks, http, base)


def _models(checks: Checks, client: Any, http: Http, base: str) -> None:
    found = list(client.models.list())
    checks.true("the base is among the models", base in [model.id for model in found], [model.id for model in found])
    model = client.models.retrieve(base)
    checks.shape("a model", model, "model")
    checks.equal("its object", (model.id, model.object, model.created > 0), (base, "model", True))
    checks.refused(
        "an unknown model", lambda: client.models.retrieve("ft:x:y::z"), 404, "The model 'ft:x:y::z' does not exist",
        code="model_not_found", param="model",
    )  # fmt: skip
    checks.refused("to delete a base", lambda: client.models.delete(base), 403, ".*base model.*")
    for path in ("/models/a/b", "/models/a%2Fb"):
        status, error = http.error("GET", path)
        checks.equal(f"{path}", (status, error["message"]), (404, "The model 'a/b' does not exist"))


def _keys(checks: Checks, http: Http) -> None:
    for method, path in ROUTES:
        status, error = http.error(method, path, key=None)
        found = status, error["type"], error["param"], error["code"], error["message"][:36]
        expected = (401, "invalid_request_error", None, None, "You didn't provide an API key. You n")
        checks.equal(f"{method} {path} without a key", found, expected)
    status, error = http.error("GET", "/models", key="sk-abcdefghijklmnop")
    checks.equal("a wrong key", (status, error["code"], error["param"]), (401, "invalid_api_key", None))
    checks.matches("its sentence", error["message"], r"Incorrect API key provided: sk-abc\*+nop\..*")


def _wrong_requests(checks: Checks, http: Http) -> None:
    status, error = http.error("POST", "/foo", {})
    checks.equal("an unknown address", (status, error["message"]), (404, "Invalid URL (POST /v1/foo)"))
    status, error = http.error("GET", "/chat/completions")
    checks.equal("a wrong method", (status, error["code"]), (405, "method_not_supported"))
    checks.matches("its sentence", error["message"], r"Not allowed to GET on /v1/chat/completions\..*POST.*")
    for body in (b"{", b"[]", b'{"a": NaN}'):
        status, error = http.error("POST", "/chat/completions", body, headers={"Content-Type": "application/json"})
        checks.equal(f"the body {body!r}", (status, error["message"][:49]), (400, "We could not parse the JSON body of your request."))
    status, error = http.error("POST", "/chat/completions", b'{"a": "' + b"x" * (17 << 20) + b'"}')
    checks.equal("a body too large", (status, error["type"]), (413, "invalid_request_error"))


def _headers(checks: Checks, http: Http, base: str) -> None:
    for method, path, body in (("GET", "/models", None), ("GET", "/nowhere", None), ("GET", "/files/file-x", None)):
        _, headers, _ = http(method, path, body)
        checks.matches(f"{path}: x-request-id", headers["x-request-id"], "req_[0-9a-f]{32}")
        checks.equal(f"{path}: content-type", headers["content-type"], "application/json")
        checks.equal(f"{path}: openai-version", headers["openai-version"], "2020-10-01")
        checks.matches(f"{path}: openai-processing-ms", headers["openai-processing-ms"], "[0-9]+")
        checks.true(f"{path}: openai-organization", bool(headers["openai-organization"]))
