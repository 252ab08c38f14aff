"""Sentences that are put together or come from the engine are in the reader's language too."""

from __future__ import annotations

import errno
import re

import pytest

from chatbot.engine.template import TemplateError
from chatbot.engine.trainer.failures import NothingToTrain, explain
from chatbot.engine.trainer.loop import Diverged
from chatbot.records import Message
from chatbot.web.i18n import say
from chatbot.web.job_words import told
from tests.web.studio import engine, prepared, train, upload, wait_for  # noqa: F401


@pytest.fixture
def chinese_admin(admin):
    admin.get("/admin/?lang=zh")
    return admin


def test_why_a_row_is_left_out_is_kept_and_told_in_chinese(chinese_admin):
    address = upload(chinese_admin, b"prompt,completion\na,b\nc,d,e,f\ng,h\n").location
    page = chinese_admin.get(address).text
    assert "无法使用的行：1" in page
    assert "<td>这一行有 4 格，而表头有 2 格</td>" in page


def test_the_kind_of_a_file_that_cannot_be_read_is_told_in_chinese(chinese_admin):
    response = upload(chinese_admin, b"\x89PNG\r\n\x1a\n" * 40, "picture.csv")
    assert "picture.csv 不是文本文件，而是图片文件。" in response.text


def test_the_log_of_a_training_is_in_chinese(chinese_admin, engine):  # noqa: F811
    job = train(chinese_admin, prepared(chinese_admin), suffix="talks").location
    events = wait_for(chinese_admin, job, "succeeded")["events"]
    assert len(events) >= 5
    assert [event["text"] for event in events if not re.search(r"[\u4e00-\u9fff]", event["text"])] == []


@pytest.mark.parametrize(
    "error",
    [
        Diverged(),
        NothingToTrain(),
        TemplateError("It has no template."),
        OSError(errno.ENOSPC, "full"),
        MemoryError(),
        RuntimeError("what nobody expected"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_reason_of_a_failed_training_can_be_translated(app, error):
    english = explain(error, 7)["message"]
    sentence = told(english)
    assert isinstance(sentence, Message) and str(sentence) == english
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        assert re.match(r"[\u4e00-\u9fff]", say(sentence))


def test_what_another_server_says_stays_as_it_is():
    assert told("Moderation checks passed") == "Moderation checks passed"
