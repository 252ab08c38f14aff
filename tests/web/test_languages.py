"""A third language is a file."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from chatbot import create_app
from chatbot.web import i18n


def test_a_language_is_offered_and_spoken_once_its_file_is_there(settings, tmp_path: Path, monkeypatch):
    folder = tmp_path / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalog = Catalog(locale="ar")
    catalog.add("New chat", "محادثة جديدة")
    for name, write in (("messages.po", write_po), ("messages.mo", write_mo)):
        with open(folder / name, "wb") as file:
            write(file, catalog)
    monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path)
    monkeypatch.setattr(i18n, "LANGUAGES", i18n.languages(tmp_path))
    app = create_app(settings)
    page = app.test_client().get("/", headers={"Accept-Language": "ar"}).text
    assert '<html lang="ar" dir="rtl">' in page and "محادثة جديدة" in page and "العربية" in page
    app.extensions["homegrown"].close()
