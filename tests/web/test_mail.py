"""E-mail, against a mail server of a few lines."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from chatbot import mail


class Post(StreamRequestHandler):
    """Takes every letter from everybody, without TLS."""

    def handle(self) -> None:
        self.say("220 ready")
        for line in self.rfile:
            word = line.split()[0].upper()
            if word == b"DATA":
                self.say("354 go on")
                self.server.letters.append(self.letter())
            self.say("221 bye" if word == b"QUIT" else "250 fine")

    def letter(self) -> bytes:
        return b"".join(iter(self.rfile.readline, b".\r\n"))

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def post():
    with ThreadingTCPServer(("127.0.0.1", 0), Post) as server:
        server.letters = []
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def at(settings, post, host: str = "127.0.0.1"):
    return replace(settings, smtp_url=f"smtp://{host}:{post.server_address[1]}", mail_to="staff@example.com")


def test_a_letter_arrives_and_a_subject_begins_no_header(settings, post):
    assert mail.send(at(settings, post), "DSA:\nBcc: eve@example.com", "你好，栈是什么？\n")
    letter = message_from_bytes(post.letters[0], policy=default)
    assert (letter["To"], letter["From"], letter["Bcc"]) == ("staff@example.com", "staff@example.com", None)
    assert letter["Subject"] == "DSA: Bcc: eve@example.com" and letter.get_content().strip() == "你好，栈是什么？"


def test_nothing_goes_in_the_clear_to_another_machine(settings, post, caplog):
    assert not mail.send(at(settings, post, "127.0.0.2"), "Subject", "text")  # not one of the names of this machine
    assert post.letters == [] and "was not sent" in caplog.text


def test_a_server_that_is_not_there_is_logged(settings, post, caplog):
    nowhere = replace(settings, smtp_url="smtp://127.0.0.1:1", mail_to="staff@example.com")
    assert not mail.send(nowhere, "Subject", "text") and "was not sent" in caplog.text


def test_without_a_server_or_an_address_nothing_is_sent(settings):
    assert not mail.can_send(settings) and not mail.can_send(replace(settings, smtp_url="smtp://127.0.0.1"))
