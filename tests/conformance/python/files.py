"""Spec 2.1 and 2.2: files, and uploads in parts."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from pathlib import Path
from typing import Any

from openai.types import FileObject

from checks import Checks, Http
from lines import chat_lines

CONTENT = chat_lines()


def story(checks: Checks, client: Any, http: Http) -> str:
    """Everything about files; the id of a training file that stays."""
    kept = _create(checks, client)
    checks.section(_other_ways, checks, client)
    checks.section(_read, checks, client, kept)
    checks.section(_lists, checks, client)
    checks.section(_refusals, checks, client, http)
    checks.section(_delete, checks, client)
    checks.section(_uploads, checks, client)
    checks.section(_upload_refusals, checks, client)
    return kept


def _create(checks: Checks, client: Any) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.jsonl"
        path.write_bytes(CONTENT)
        with path.open("rb") as handle:
            file = client.files.create(file=handle, purpose="fine-tune")
    checks.shape("a new file", file, "file")
    checks.matches("its id", file.id, "file-[A-Za-z0-9]{22,24}")
    found = file.object, file.purpose, file.filename, file.bytes, file.status, file.status_details, file.expires_at
    checks.equal("its facts", found, ("file", "fine-tune", "train.jsonl", len(CONTENT), "processed", None, None))
    return file.id


def _other_ways(checks: Checks, client: Any) -> None:
    for what, given, name in (
        ("bytes", CONTENT, "upload"),
        ("a tuple", ("train.jsonl", CONTENT), "train.jsonl"),
        ("a path in the name", ("some/where/train.jsonl", CONTENT), "train.jsonl"),
        ("letters beyond ASCII", ("Übung 训练.jsonl", CONTENT), "Übung 训练.jsonl"),
    ):
        file = client.files.create(file=given, purpose="fine-tune")
        checks.equal(f"the name of a file given as {what}", file.filename, name)
        answer = client.files.with_raw_response.content(file.id)
        checks.equal("its content", answer.http_response.content, CONTENT)
        client.files.delete(file.id)
    for purpose in ("assistants", "batch", "vision", "user_data", "evals"):
        raw = client.files.with_raw_response.create(file=("a.jsonl", CONTENT), purpose=purpose)
        file = FileObject.construct(**json.loads(raw.text))  # the clients can ask for `evals`, but their type lacks it
        life = file.expires_at and file.expires_at - file.created_at
        checks.equal(f"purpose and life of {purpose}", (file.purpose, life), (purpose, 30 * 86400 if purpose == "batch" else None))
        client.files.delete(file.id)
    mortal = client.files.create(
        file=("a.jsonl", CONTENT), purpose="fine-tune", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    checks.equal("a file that expires", mortal.expires_at, mortal.created_at + 3600)
    client.files.delete(mortal.id)


def _read(checks: Checks, client: Any, file_id: str) -> None:
    checks.shape("a file", client.files.retrieve(file_id), "file")
    checks.equal("a file again", client.files.retrieve(file_id).id, file_id)
    checks.equal("a processed file", client.files.wait_for_processing(file_id).status, "processed")
    content = client.files.content(file_id)
    checks.equal("read()", content.read(), CONTENT)
    checks.equal("text", content.text, CONTENT.decode())
    headers = client.files.with_raw_response.content(file_id).headers
    checks.equal("content type", headers["content-type"], "application/octet-stream")
    checks.matches("content disposition", headers["content-disposition"], 'attachment; filename="?train.jsonl"?')


def _lists(checks: Checks, client: Any) -> None:
    made = [client.files.create(file=(f"{n}.jsonl", CONTENT), purpose="user_data").id for n in range(3)]
    page = client.files.list(purpose="user_data")
    checks.equal("newest first", [file.id for file in page.data], made[::-1])
    checks.equal("ends of a page", (page.has_more, page.first_id, page.last_id), (False, made[2], made[0]))
    checks.equal("all purposes", len(client.files.list().data) >= 4, True)
    ascending = client.files.list(purpose="user_data", order="asc", limit=2)
    checks.equal("oldest first", [file.id for file in ascending.data], made[:2])
    checks.equal("more to come", ascending.has_more, True)
    checks.equal("the next page", [file.id for file in ascending.get_next_page().data], made[2:])
    checks.equal("page by page", [file.id for file in client.files.list(purpose="user_data", limit=1)], made[::-1])
    checks.equal("after", [file.id for file in client.files.list(purpose="user_data", after=made[1]).data], made[:1])
    for file_id in made:
        client.files.delete(file_id)
    empty = client.files.list(purpose="user_data")
    checks.equal("an empty page", (empty.data, empty.has_more, empty.first_id, empty.last_id), ([], False, None, None))
    checks.refused("a limit of 0", lambda: client.files.list(limit=0), 400, ".*limit.*", param="limit")
    checks.refused("an unknown order", lambda: client.files.list(order="up"), 400, ".*up.*", param="order")
    checks.refused("an unknown after", lambda: client.files.list(after="file-nowhere"), 400, ".*file-nowhere.*", param="after")


def _refusals(checks: Checks, client: Any, http: Http) -> None:
    create = client.files.create
    checks.refused(
        "an unknown purpose", lambda: create(file=("a.jsonl", CONTENT), purpose="dance"), 400,
        r"'dance' is not one of \['fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals'\] - 'purpose'",
        param="purpose", code=None,
    )  # fmt: skip
    checks.refused(
        "another format", lambda: create(file=("a.csv", b"a,b"), purpose="fine-tune"), 400,
        "Invalid file format for Fine-Tuning API. Must be .jsonl", param=None, code=None,
    )  # fmt: skip
    short = {"anchor": "created_at", "seconds": 60}
    checks.refused(
        "a life too short", lambda: create(file=("a.jsonl", CONTENT), purpose="batch", expires_after=short), 400,
        ".*expires_after.*", code="integer_below_min_value",
    )  # fmt: skip
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    only_purpose = b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n--x--\r\n'
    status, error = http.error("POST", "/files", only_purpose, headers=form)
    checks.equal("no file", (status, error["param"], error["code"]), (400, "file", "missing_required_parameter"))
    only_file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n{}\r\n--x--\r\n'
    status, error = http.error("POST", "/files", only_file, headers=form)
    checks.equal("no purpose", (status, error["param"], error["code"]), (400, "purpose", "missing_required_parameter"))
    secret = create(file=("a.txt", b"x"), purpose="assistants").id
    checks.refused(
        "content of another purpose", lambda: client.files.content(secret), 400,
        "Not allowed to download files of purpose: assistants", code=None, param=None,
    )  # fmt: skip
    client.files.delete(secret)


def _delete(checks: Checks, client: Any) -> None:
    file = client.files.create(file=("a.jsonl", CONTENT), purpose="fine-tune")
    gone = client.files.delete(file.id)
    checks.shape("a deleted file", gone, "file_deleted")
    checks.equal("its id", (gone.id, gone.deleted), (file.id, True))
    for verb in ("retrieve", "content", "delete"):
        call = getattr(client.files, verb)
        message = f"No such File object: {file.id}"
        checks.refused(f"to {verb} it again", lambda call=call: call(file.id), 404, message, param="id", code=None)


def _uploads(checks: Checks, client: Any) -> None:
    def begin(size: int = len(CONTENT)) -> Any:
        return client.uploads.create(bytes=size, filename="train.jsonl", mime_type="text/jsonl", purpose="fine-tune")

    upload = begin()
    checks.shape("a new upload", upload, "upload_pending")
    checks.equal("its life", (upload.status, upload.expires_at - upload.created_at), ("pending", 3600))
    second, first = (
        client.uploads.parts.create(upload.id, data=io.BytesIO(data)) for data in (CONTENT[100:], CONTENT[:100])
    )
    checks.shape("a part", first, "upload_part")
    checks.equal("its upload", (first.upload_id, first.object), (upload.id, "upload.part"))
    md5 = hashlib.md5(CONTENT).hexdigest()
    done = client.uploads.complete(upload.id, part_ids=[first.id, second.id], md5=md5)
    checks.shape("a completed upload", done, "upload_completed")
    checks.equal("its status", (done.status, done.file.bytes, done.file.purpose), ("completed", len(CONTENT), "fine-tune"))
    checks.equal("its content", client.files.content(done.file.id).read(), CONTENT)
    checks.refused("to complete it again", lambda: client.uploads.complete(upload.id, part_ids=[]), 400, ".*completed.*")
    checks.refused("to cancel it", lambda: client.uploads.cancel(upload.id), 400, ".*completed.*")
    client.files.delete(done.file.id)
    checks.equal("cancelled", client.uploads.cancel(begin().id).status, "cancelled")
    whole = client.uploads.upload_file_chunked(
        file=CONTENT, filename="train.jsonl", bytes=len(CONTENT), mime_type="text/jsonl", purpose="fine-tune", part_size=300
    )
    checks.equal("chunk by chunk", (whole.status, client.files.content(whole.file.id).read()), ("completed", CONTENT))
    client.files.delete(whole.file.id)


def _upload_refusals(checks: Checks, client: Any) -> None:
    def begin(size: int) -> Any:
        return client.uploads.create(bytes=size, filename="a.jsonl", mime_type="text/jsonl", purpose="fine-tune")

    upload = begin(5)
    part = client.uploads.parts.create(upload.id, data=b"four")
    complete = client.uploads.complete
    checks.refused("too few bytes", lambda: complete(upload.id, part_ids=[part.id]), 400, ".*4 bytes.*5.*")
    checks.refused("an unknown part", lambda: complete(upload.id, part_ids=["part_nowhere"]), 400, ".*part_nowhere.*")
    upload = begin(4)
    part = client.uploads.parts.create(upload.id, data=b"four")
    wrong = lambda: complete(upload.id, part_ids=[part.id], md5="0" * 32)  # noqa: E731
    checks.refused("a wrong checksum", wrong, 400, ".*md5.*", param="md5")
    checks.refused("an unknown upload", lambda: complete("upload_nowhere", part_ids=[]), 404, ".*upload_nowhere.*")
    checks.refused("an upload too large", lambda: begin(9 * 1024**3), 400, ".*bytes.*", code="integer_above_max_value")
