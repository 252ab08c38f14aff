"""Every knob of Homegrown, read once from the environment (or `.env`) and passed down by hand."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping
from urllib.parse import urlsplit

OPENAI_MODEL = "gpt-4.1-mini-2025-04-14"  # what is tuned by default at OpenAI
OPENAI_EMBEDDING_MODEL = "text-embedding-3-small"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """What can be set. The name of the environment variable is the field's name in capitals,
    except where a comment says otherwise."""

    home: Path = ROOT / "instance"  # HOMEGROWN_HOME: database, datasets, models, everything that must be backed up
    cache: Path = ROOT / "instance" / "cache"  # HOMEGROWN_CACHE: copies of base models that can be made again
    host: str = "127.0.0.1"
    port: int = 5000
    database_url: str = ""  # empty: SQLite in home
    openai_base_url: str = ""  # empty: the engine in this repository
    openai_api_key: str = field(default="", repr=False)
    engine_url: str = ""  # an engine of ours that runs as a process of its own
    engine_api_key: str = field(default="", repr=False)
    organization: str = "local"  # third part of a tuned model's name
    default_model: str = "smollm2-135m-instruct"
    embedding_model: str = ""  # finds the approved answers that are near a question; empty: one of the engine's, by language
    max_upload_mb: int = 100
    reading_memory_mb: int = 1024  # what reading or preparing one file may take
    reading_minutes: int = 10
    reading_rows: int = 5_000_000
    reading_unpacked_mb: int = 1024  # what a ZIP or Excel file may unpack to
    threads: int = os.cpu_count() or 1
    max_loaded_models: int = 3
    max_running_jobs: int = 1
    context: int = 4096  # tokens a conversation may fill
    trusted_hosts: tuple[str, ...] = ()  # comma-separated; empty: loopback names and HOST
    visitors: bool = True  # people without an account may chat
    max_streams: int = 4  # answers that one visitor may have written at the same time
    smtp_url: str = field(default="", repr=False)  # smtp://user:password@host:587, or smtps://
    mail_from: str = ""  # empty: MAIL_TO
    mail_to: str = ""  # who is told that somebody asks for a person

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read settings from `env` (default: the process's environment and the file `.env`).

        Raises ValueError with a sentence when a value cannot be understood."""
        if env is None:
            from dotenv import load_dotenv

            load_dotenv(ROOT / ".env")
            env = os.environ
        found = {name: _parse(name, env[variable]) for name, variable in _VARIABLES.items() if env.get(variable)}
        if env.get("OPENAI_KEY"):  # its name in the script of 2023
            found.setdefault("openai_api_key", env["OPENAI_KEY"])
        if "home" in found:
            found.setdefault("cache", found["home"] / "cache")
        if "api.openai.com" in found.get("openai_base_url", ""):
            found.setdefault("default_model", OPENAI_MODEL)
            found.setdefault("embedding_model", OPENAI_EMBEDDING_MODEL)
        return cls(**found)

    def answers_to(self, netloc: str) -> bool:
        """Whether `netloc`, the `name:port` a request is for, is a name of this site, or below one that begins with a dot."""
        name = _bare(netloc)
        known = map(_bare, self.trusted_hosts or ("localhost", "127.0.0.1", "::1", self.host))
        return any(name == each.lstrip(".") or (each.startswith(".") and name.endswith(each)) for each in known)

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'homegrown.db'}"

    @property
    def has_database(self) -> bool:
        """Whether there is one already, so that a command that only wants to know something makes none."""
        return bool(self.database_url) or (self.home / "homegrown.db").exists()


def netloc(host: str, port: int) -> str:
    """Both as they stand in an address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _bare(netloc: str) -> str:
    """The name alone: without port, and without the brackets of an IPv6 address."""
    is_bare = netloc.count(":") > 1 and not netloc.startswith("[")
    return netloc.lower() if is_bare else urlsplit(f"//{netloc}").hostname or ""


_VARIABLES = {name: name.upper() for name in Settings.__dataclass_fields__} | {
    "home": "HOMEGROWN_HOME",
    "cache": "HOMEGROWN_CACHE",
}


def _parse(name: str, text: str):
    kind = str(Settings.__dataclass_fields__[name].type)
    try:
        if kind == "bool":
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if kind.startswith("tuple"):
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return {"int": int, "Path": lambda value: Path(value).resolve()}.get(kind, str)(text)
    except (ValueError, KeyError):
        raise ValueError(f"{_VARIABLES[name]} is “{text}”, which is not a {kind}.") from None
