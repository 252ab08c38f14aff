"""Settings come from the environment, once, and a wrong one is said plainly."""

from pathlib import Path

import pytest

from chatbot.house import House
from chatbot.settings import Settings


def test_nothing_needs_to_be_set():
    settings = Settings.from_env({})
    assert settings == Settings()
    assert settings.database == f"sqlite:///{settings.home / 'homegrown.db'}"


def test_values_are_read_as_what_they_are():
    env = {"HOMEGROWN_HOME": "/srv/home", "PORT": "8080", "VISITORS": "no", "TRUSTED_HOSTS": "a.example, b.example", "HOST": ""}
    settings = Settings.from_env(env)
    assert (settings.home, settings.cache) == (Path("/srv/home"), Path("/srv/home/cache"))
    assert (settings.port, settings.visitors, settings.host) == (8080, False, "127.0.0.1")
    assert settings.trusted_hosts == ("a.example", "b.example")


@pytest.mark.parametrize("variable, value", [("PORT", "eighty"), ("VISITORS", "perhaps")])
def test_a_wrong_value_names_its_variable(variable, value):
    with pytest.raises(ValueError, match=f"{variable} is “{value}”"):
        Settings.from_env({variable: value})


def test_keys_are_never_printed():
    assert "sk-secret" not in repr(Settings(openai_api_key="sk-secret", engine_api_key="sk-secret"))


def test_the_key_of_the_script_of_2023_is_understood():
    assert Settings.from_env({"OPENAI_KEY": "sk-old"}).openai_api_key == "sk-old"
    assert Settings.from_env({"OPENAI_KEY": "sk-old", "OPENAI_API_KEY": "sk-new"}).openai_api_key == "sk-new"


def test_a_key_alone_sends_nothing_anywhere():
    assert House(Settings.from_env({"OPENAI_API_KEY": "sk-new"})).embedded
    assert not House(Settings.from_env({"OPENAI_BASE_URL": "https://api.openai.com/v1"})).embedded


@pytest.mark.parametrize(
    "trusted, host, netloc, answers",
    [
        ((), "127.0.0.1", "localhost:5000", True),
        ((), "127.0.0.1", "[::1]:5000", True),
        ((), "fd00::2", "[fd00::2]:5000", True),
        ((), "127.0.0.1", "", False),
        ((), "127.0.0.1", "127.0.0.1.evil.example", False),
        (("shop.example:443",), "0.0.0.0", "Shop.Example", True),
        (("shop.example",), "0.0.0.0", "a.shop.example", False),
        ((".shop.example",), "0.0.0.0", "a.shop.example", True),
        ((".shop.example",), "0.0.0.0", "shop.example", True),
        ((".shop.example",), "0.0.0.0", "workshop.example", False),
    ],
)
def test_which_names_the_site_answers_to(trusted, host, netloc, answers):
    assert Settings(trusted_hosts=trusted, host=host).answers_to(netloc) == answers
