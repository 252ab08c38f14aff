"""People with an account, their sign-in sessions, their tries to sign in, and the one-time links that make accounts."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from chatbot.records import HomegrownError
from chatbot.store.database import Store
from chatbot.store.tables import Invite, LoginAttempt, LoginSession, User, now

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)  # writing it on every request would make each page a write
INVITE_LASTS = timedelta(days=7)
ATTEMPTS_WITHIN = timedelta(minutes=15)


def digest(secret: str) -> str:
    """What is stored in place of a token: it cannot be turned back, and needs no salt at 256 bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


# People

def everyone(store: Store) -> list[User]:
    with store.read() as session:
        return list(session.scalars(select(User).order_by(User.created_at)))


def by_email(store: Store, email: str) -> User | None:
    with store.read() as session:
        return session.scalar(select(User).where(User.email == email.strip().lower()))


def change(store: Store, user_id: int, *, role: str | None = None, active: bool | None = None) -> User:
    """Set role or active. Ends the person's sessions when deactivated. Raises HomegrownError for the last admin."""
    with store.write() as session:
        user = session.get_one(User, user_id)
        user.role = role or user.role
        user.active = user.active if active is None else active
        session.flush()
        if not _admins(session):
            raise HomegrownError("This is the last admin. Make somebody else an admin first.")
        if not user.active:
            _revoke(session, user_id)
        return user


def set_password(store: Store, user_id: int, password_hash: str) -> None:
    """Store a new password and end every session that was opened with the old one."""
    with store.write() as session:
        session.get_one(User, user_id).password_hash = password_hash
        _revoke(session, user_id)


def _admins(session) -> int:
    return session.scalar(select(func.count()).select_from(User).where(User.role == "admin", User.active))


def _revoke(session, user_id: int) -> None:
    session.execute(update(LoginSession).where(LoginSession.user_id == user_id).values(revoked_at=now()))


# Sign-in sessions

def open_session(store: Store, user_id: int) -> str:
    """Start a session; returns the secret for the cookie, which is stored nowhere else."""
    secret = secrets.token_urlsafe(32)
    with store.write() as session:
        session.execute(delete(LoginSession).where(LoginSession.created_at < now() - ABSOLUTE))
        session.add(LoginSession(id_hash=digest(secret), user_id=user_id))
    return secret


def session_user(store: Store, secret: str) -> User | None:
    """The active person behind a cookie, or None if the session is unknown, ended or too old."""
    moment = now()
    with store.read() as session:
        found = session.get(LoginSession, digest(secret))
        if not found or found.revoked_at or moment - found.created_at > ABSOLUTE or moment - found.last_seen_at > IDLE:
            return None
        user = session.get(User, found.user_id)
    if not user or not user.active:
        return None
    if moment - found.last_seen_at > SEEN_EVERY:
        with suppress(HomegrownError), store.write() as session:  # a full disk signs nobody out
            session.execute(update(LoginSession).where(LoginSession.id_hash == found.id_hash).values(last_seen_at=moment))
    return user


def close_session(store: Store, secret: str) -> None:
    with store.write() as session:
        session.execute(update(LoginSession).where(LoginSession.id_hash == digest(secret)).values(revoked_at=now()))


# Tries to sign in

def may_try(store: Store, limits: dict[str, int]) -> bool:
    """Count a try for each subject, unless one of them has reached its limit within a quarter of an hour.

    Counting comes before the password is looked at, so that many tries at once are not free."""
    with store.write() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.at < now() - ATTEMPTS_WITHIN))
        for subject, limit in limits.items():
            tries = select(func.count()).select_from(LoginAttempt).where(LoginAttempt.subject == subject)
            if session.scalar(tries) >= limit:
                return False
        session.add_all(LoginAttempt(subject=subject) for subject in limits)
        return True


def forget_tries(store: Store, subject: str) -> None:
    with store.write() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.subject == subject))


# One-time links

def invite(store: Store, role: str, email: str | None = None) -> str:
    """Make a one-time link; returns its token. An older open link for the same e-mail stops working."""
    token = secrets.token_urlsafe(32)
    with store.write() as session:
        session.execute(delete(Invite).where(Invite.email == email, Invite.used_at.is_(None)))
        session.add(Invite(token_hash=digest(token), role=role, email=email, expires_at=now() + INVITE_LASTS))
    return token


def set_up_token(store: Store) -> str | None:
    """A fresh token for the first admin, or None once there is one. Earlier set-up tokens stop working."""
    with store.read() as session:
        if _admins(session):
            return None
    return invite(store, "admin")


def open_invites(store: Store) -> list[Invite]:
    with store.read() as session:
        query = select(Invite).where(Invite.used_at.is_(None), Invite.expires_at > now(), Invite.email.is_not(None))
        return list(session.scalars(query.order_by(Invite.created_at)))


def find_invite(store: Store, token: str) -> Invite | None:
    """The link if it may still be used. A set-up link dies as soon as any admin exists."""
    with store.read() as session:
        return _usable(session, token)


def withdraw_invite(store: Store, email: str) -> None:
    with store.write() as session:
        session.execute(delete(Invite).where(Invite.email == email, Invite.used_at.is_(None)))


def accept_invite(store: Store, token: str, email: str, name: str, password_hash: str) -> User:
    """Use a link up and make its account, in one step: of two at once, one wins.

    Raises HomegrownError when the link is spent or the e-mail is taken."""
    try:
        with store.write() as session:
            found = _usable(session, token)
            if not found:
                raise HomegrownError("This link has been used or has expired. Ask an admin for a new one.")
            found.used_at = now()
            user = User(email=found.email or email.strip().lower(), name=name.strip(), role=found.role, password_hash=password_hash)
            session.add(user)
            session.flush()
            return user
    except IntegrityError:
        raise HomegrownError("There is already an account with this e-mail.") from None


def _usable(session, token: str) -> Invite | None:
    found = session.get(Invite, digest(token))
    if not found or found.used_at or found.expires_at < now():
        return None
    if found.email is None and _admins(session):
        return None
    return found
