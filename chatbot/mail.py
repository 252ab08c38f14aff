"""The only file that speaks SMTP."""

from __future__ import annotations

import logging
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from chatbot.settings import Settings

PATIENCE = 20  # seconds
log = logging.getLogger(__name__)


def can_send(settings: Settings) -> bool:
    return bool(settings.smtp_url and settings.mail_to)


def send(settings: Settings, subject: str, text: str) -> bool:
    """Send to MAIL_TO; False, with a line in the log, when the server does not take it.

    `smtp://` goes over to TLS, except to a server on this machine that offers none; `smtps://` begins with it."""
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())  # a line break would begin a header of its own
    message["From"] = settings.mail_from or settings.mail_to
    message["To"] = settings.mail_to
    message.set_content(text)
    try:
        with _connected(settings.smtp_url) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.error("The e-mail “%s” was not sent: %s", message["Subject"], error)
        return False
    return True


def _connected(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=PATIENCE)
        server.ehlo()
        if server.has_extn("starttls") or host not in ("localhost", "127.0.0.1", "::1"):
            server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
