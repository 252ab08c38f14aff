"""Files, uploads in parts, models and checkpoint permissions as the official client sees them."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import time
from pathlib import Path

import openai
import pytest

from chatbot.engine import shelf
from tests.engine.conftest import BASE, KEY, chat_lines

CASES = Path(__file__).parent / "cases"
LINES = chat_lines()


def case(name: str) -> dict:
    return json.loads((CASES / f"{name}.json").read_text())


def test_upload_look_download_delete(client):
    file = client.files.create(file=("C:\\data\\train.jsonl", LINES), purpose="fine-tune")
    expected = case("file") | {"id": file.id, "bytes": len(LINES), "created_at": file.created_at}
    assert json.loads(client.files.with_raw_response.retrieve(file.id).text) == expected
    assert client.files.wait_for_processing(file.id).status == "processed"
    content = client.files.content(file.id)
    assert content.read() == LINES
    assert content.response.headers["content-disposition"] == 'attachment; filename="train.jsonl"'
    assert content.response.headers["content-length"] == str(len(LINES))
    assert client.files.delete(file.id).to_dict() == case("file_deleted") | {"id": file.id}
    for call in (client.files.retrieve, client.files.content, client.files.delete):
        with pytest.raises(openai.NotFoundError, match=f"No such File object: {file.id}") as error:
            call(file.id)
        assert error.value.param == "id"


@pytest.mark.parametrize("name", ["данные 数.jsonl", 'a "b"; c.jsonl', "a\r\nX-Evil: 1.jsonl"])
def test_names_in_any_script(client, name):
    file = client.files.create(file=(name, LINES), purpose="fine-tune")
    headers = client.files.content(file.id).response.headers
    assert headers["content-disposition"].startswith("attachment; filename=") and "x-evil" not in headers
    assert "\n" not in file.filename and file.filename.endswith(".jsonl")


def test_lists_of_files(client):
    ids = [client.files.create(file=(f"{n}.jsonl", LINES), purpose="fine-tune").id for n in range(3)]
    other = client.files.create(file=("notes.txt", b"hello"), purpose="user_data").id
    assert [file.id for file in client.files.list(limit=2)] == [other, *ids[::-1]]
    assert [file.id for file in client.files.list(purpose="fine-tune", order="asc", limit=1)] == ids
    page = client.files.list(after=ids[1]).to_dict()
    assert page["has_more"] is False and page["first_id"] == page["last_id"] == ids[0]


REFUSED = [
    ({"file": ("a.csv", b"x"), "purpose": "fine-tune"}, None, "Invalid file format for Fine-Tuning API. Must be .jsonl"),
    ({"file": b"prompt,completion", "purpose": "fine-tune"}, None, "Must be .jsonl"),
    ({"file": ("a.jsonl", b"{}"), "purpose": "batch", "extra_body": {"foo": "1"}}, "foo", "Unknown parameter: 'foo'."),
    ({"file": ("a" * 250 + ".jsonl", b"{}"), "purpose": "batch"}, "file", "Invalid 'file': string too long. Expected a string with maximum length 255, but got a string with length 256 instead."),
    ({"file": ("a.jsonl", b"{}"), "purpose": "x"}, "purpose", "'x' is not one of ['fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals'] - 'purpose'"),
    ({"file": ("a.jsonl", b"{}"), "purpose": "batch", "expires_after": {"anchor": "created_at", "seconds": 10}}, "expires_after.seconds", ">= 3600"),
    ({"file": ("a.jsonl", b"{}"), "purpose": "batch", "expires_after": {"anchor": "created_at", "seconds": "²"}}, "expires_after.seconds", "an integer"),
    ({"file": ("a.jsonl", b"{}"), "purpose": "batch", "expires_after": {"anchor": "created_at", "seconds": "9" * 5000}}, "expires_after.seconds", "an integer"),
]


@pytest.mark.parametrize("arguments, param, text", REFUSED)
def test_refused_uploads(client, arguments, param, text):
    with pytest.raises(openai.BadRequestError) as error:
        client.files.create(**arguments)
    assert error.value.param == param and text in error.value.message


@pytest.mark.parametrize("call", ["/files/file-", "/uploads/upload_"])
def test_names_too_long_for_the_disk_are_not_there(http, call):
    path = f"/v1{call}{'x' * 300}"
    answer = http.get(path) if "files" in call else http.post(f"{path}/cancel")
    assert answer.status_code == 404


def test_bytes_without_a_name_may_be_training_data(client):
    assert client.files.create(file=LINES, purpose="fine-tune").filename == "upload"


def test_missing_parts_of_the_form(http):
    answer = http.post("/v1/files", data={"purpose": "fine-tune"})
    assert (answer.status_code, answer.json["error"]["param"]) == (400, "file")
    answer = http.post("/v1/files", data={"file": (io.BytesIO(b"{}"), "a.jsonl")})
    assert (answer.status_code, answer.json["error"]["param"]) == (400, "purpose")


def test_files_expire(client, engine, monkeypatch):
    life = {"anchor": "created_at", "seconds": 3600}
    file = client.files.create(file=("a.jsonl", LINES), purpose="fine-tune", expires_after=life)
    assert file.expires_at == file.created_at + 3600
    later = time.time() + 3601
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(file.id)
    engine.files.remove_expired()
    assert not shelf.folders(engine.files.folder)


def test_result_files_are_base64_like_openais(client, engine):
    csv = b"step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,1.52347,0.0,,\n"
    file = engine.files.add("step_metrics.csv", csv, "fine-tune-results")
    assert base64.b64decode(client.files.content(file["id"]).read()) == csv
    assert client.files.retrieve(file["id"]).purpose == "fine-tune-results"


def test_other_purposes_cannot_be_downloaded(client):
    file = client.files.create(file=("a.txt", b"hello"), purpose="assistants")
    with pytest.raises(openai.BadRequestError, match="Not allowed to download files of purpose: assistants"):
        client.files.content(file.id)


def test_no_path_leads_out_of_the_shelf(http):
    for name in ("..%2F..%2Fsecret", "file-..%2F..%2Fx", "file-x%00"):
        assert http.get(f"/v1/files/{name}").status_code == 404


def test_an_interrupted_upload_leaves_no_file(client, engine, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf, "write_json", full)
    with pytest.raises(openai.InternalServerError, match="The disk is full") as error:
        client.files.create(file=("a.jsonl", LINES), purpose="fine-tune")
    assert error.value.response.headers["x-should-retry"] == "false"
    assert list(engine.files.folder.iterdir()) == []


def test_upload_in_parts(client):
    big = LINES * 50
    upload = client.uploads.upload_file_chunked(
        file=big, filename="big.jsonl", bytes=len(big), mime_type="text/jsonl", purpose="fine-tune", part_size=1000,
        md5=hashlib.md5(big).hexdigest(),
    )  # fmt: skip
    assert upload.status == "completed" and upload.to_dict().keys() == case("upload_completed").keys()
    assert client.files.content(upload.file.id).read() == big
    with pytest.raises(openai.BadRequestError, match="completed"):
        client.uploads.cancel(upload.id)


def test_uploads_that_go_wrong(client, http):
    wishes = {"bytes": 6, "filename": "a.jsonl", "mime_type": "text/jsonl", "purpose": "fine-tune"}
    upload = client.uploads.create(**wishes)
    assert upload.to_dict().keys() == case("upload_pending").keys()
    part = client.uploads.parts.create(upload.id, data=b"{}\n")
    assert part.to_dict().keys() == case("upload_part").keys()
    for wrong in ({"part_ids": [part.id]}, {"part_ids": ["part_x"]}, {"part_ids": [part.id] * 2, "md5": "0"}):
        with pytest.raises(openai.BadRequestError):
            client.uploads.complete(upload.id, **wrong)
    assert client.uploads.complete(upload.id, part_ids=[part.id] * 2).file.bytes == 6
    cancelled = client.uploads.cancel(client.uploads.create(**wishes).id)
    assert cancelled.status == "cancelled"
    with pytest.raises(openai.BadRequestError):
        client.uploads.parts.create(cancelled.id, data=b"{}\n")
    assert http.post("/v1/uploads/upload_x/cancel").status_code == 404


def test_a_forgotten_upload_expires(client, monkeypatch):
    upload = client.uploads.create(bytes=6, filename="a.jsonl", mime_type="text/jsonl", purpose="fine-tune")
    later = time.time() + 3601
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(openai.BadRequestError, match="expired"):
        client.uploads.parts.create(upload.id, data=b"{}\n")


def tuned(engine, model_id: str, kind: str = "final", step: int = 20, **more) -> str:
    """A model folder as the trainer leaves it."""
    record = {
        "id": model_id, "created_at": 1790000301 + step, "base": BASE, "parent": None, "job_id": "ftjob-x",
        "format": "chat", "adapter_sha256": "0", "kind": kind, "step": step,
    }  # fmt: skip
    folder = engine.config.home / "models" / shelf.new_id("m-")
    folder.mkdir(parents=True)
    shelf.write_json(folder / "model.json", record | more)
    return model_id


def test_models(client, engine, http):
    name = tuned(engine, f"ft:{BASE}:local:weather:9x9umpsR")
    slashed = tuned(engine, "ft:hub/tiny:local::9x9umpsS", step=30)
    assert [model.id for model in client.models.list()] == [BASE, name, slashed]
    model = client.models.retrieve(name).to_dict()
    assert model.keys() == case("model").keys() | {"format"} and (model["owned_by"], model["format"]) == ("org-local", "chat")
    assert client.models.retrieve(slashed).id == slashed
    assert http.get(f"/v1/models/{slashed}").json["id"] == slashed, "the slash sent raw"
    assert client.models.delete(slashed).to_dict() == case("model_deleted") | {"id": slashed}
    with pytest.raises(openai.NotFoundError, match="The model 'ft:hub/tiny:local::9x9umpsS' does not exist") as error:
        client.models.retrieve(slashed)
    assert error.value.code == "model_not_found"
    with pytest.raises(openai.PermissionDeniedError):
        client.models.delete(BASE)
    assert [model.id for model in client.models.list()] == [BASE, name]


def test_checkpoints_and_their_permissions(client, engine):
    file = client.files.create(file=("train.jsonl", LINES), purpose="fine-tune")
    job = client.fine_tuning.jobs.create(model=BASE, training_file=file.id)
    expected = case("checkpoint")
    names = [
        tuned(engine, f"ft:{BASE}:local::9x9uAa0{step}:ckpt-step-{step}", "checkpoint", step, job_id=job.id,
              checkpoint_id=f"ftckpt_{step}", metrics=expected["metrics"] | {"step": step})
        for step in (20, 40, 60)
    ]  # fmt: skip
    final = tuned(engine, f"ft:{BASE}:local::9x9umpsR", step=80, job_id=job.id, checkpoint_id="ftckpt_80", metrics={"step": 80})
    found = client.fine_tuning.jobs.checkpoints.list(job.id, limit=2)
    assert [each.fine_tuned_model_checkpoint for each in found] == [final, *names[::-1]]
    assert found.data[1].to_dict().keys() == expected.keys()
    share = client.fine_tuning.checkpoints.permissions
    made = share.create(names[0], project_ids=["proj_a", "proj_b"]).data
    assert made[0].to_dict().keys() == case("permission").keys()
    assert share.create(names[0], project_ids=["proj_a", "proj_a"]).data == [made[0]]
    for wrong in ([], [""], [5]):
        with pytest.raises(openai.BadRequestError, match="project_ids"):
            share.create(names[0], project_ids=wrong)
    assert [each.project_id for each in share.list(names[0], limit=1)] == ["proj_b", "proj_a"]
    assert [each.id for each in share.list(names[0], project_id="proj_b")] == [made[1].id]
    gone = share.delete(made[0].id, fine_tuned_model_checkpoint=names[0]).to_dict()
    assert gone == case("permission_deleted") | {"id": made[0].id}
    assert [each.id for each in share.list(names[0])] == [made[1].id]


WHERE = [("GET", "/v1/models"), ("POST", "/v1/chat/completions"), ("GET", "/v1/nothing"), ("PUT", "/v1/files"), ("GET", "/")]


@pytest.mark.parametrize("method, path", WHERE)
def test_every_url_asks_for_a_key(app, method, path):
    for headers, code, text in (
        ({}, None, "You didn't provide an API key."),
        ({"Authorization": "Basic x"}, None, "You didn't provide an API key."),
        ({"Authorization": "Bearer sk-abcdefghijklmxyz"}, "invalid_api_key", "Incorrect API key provided: sk-abc***xyz."),
    ):
        answer = app.test_client().open(path, method=method, headers=headers)
        assert answer.status_code == 401 and answer.json["error"]["code"] == code
        assert answer.json["error"]["message"].startswith(text) and answer.headers["x-request-id"].startswith("req_")


def test_every_failure_has_the_same_form(http, app, monkeypatch):
    def broken(_):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(app.extensions["engine"].models, "get", broken)
    for answer, status, text in (
        (http.post("/v1/foo"), 404, "Invalid URL (POST /v1/foo)"),
        (http.get("/v1/files/"), 404, "Invalid URL (GET /v1/files/)"),
        (http.get("/v1/chat/completions"), 405, "Not allowed to GET on /v1/chat/completions. (HINT: Perhaps you meant to make a POST request?)"),
        (http.post("/v1/fine_tuning/jobs", data=b"{nonsense"), 400, "We could not parse the JSON body of your request."),
        (http.post("/v1/fine_tuning/jobs", data=b'{"seed": NaN}'), 400, "We could not parse the JSON body of your request."),
        (http.post("/v1/fine_tuning/jobs", data=b'{"suffix": "\\ud800"}'), 400, "We could not parse the JSON body of your request."),
        (http.post("/v1/fine_tuning/jobs", data=b"[" * 100_000), 400, "We could not parse the JSON body of your request."),
        (http.post("/v1/fine_tuning/jobs", json={}), 400, "Missing required parameter: 'model'."),
        (http.post("/v1/completions", data=b" " * (17 * 1024 * 1024)), 413, "The request is larger than this server accepts."),
        (http.get("/v1/models/x"), 500, "The server had an error"),
        (http.get("/v1/files?limit=0"), 400, "Invalid 'limit'"),
    ):
        assert answer.status_code == status and answer.content_type == "application/json"
        assert answer.json.keys() == {"error"} and answer.json["error"].keys() == {"message", "type", "param", "code"}
        assert answer.json["error"]["message"].startswith(text)
        assert answer.json["error"]["type"] == ("server_error" if status >= 500 else "invalid_request_error")
        assert len(answer.headers["x-request-id"]) == 36 and answer.headers["openai-version"] == "2020-10-01"
        assert KEY not in answer.text and "secret" not in answer.text


def test_posts_without_arguments_may_have_an_empty_body_or_object(http, client):
    file = client.files.create(file=("train.jsonl", LINES), purpose="fine-tune")
    for body in (b"", b"{}"):
        job = client.fine_tuning.jobs.create(model=BASE, training_file=file.id)
        answer = http.post(f"/v1/fine_tuning/jobs/{job.id}/cancel", data=body, content_type="application/json")
        assert answer.json["status"] == "cancelled"
