"""Configuration from the environment: typed, from files too, with a sentence for every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from base.env import ConfigurationError, env_bool, env_int, env_list, env_str, postgres_settings


def test_a_variable_or_the_file_it_names_gives_the_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    assert env_str("X", "default") == "default"

    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))
    assert env_str("X", "default") == "from the file"

    monkeypatch.setenv("X", "both")
    with pytest.raises(ConfigurationError, match="X and X_FILE are both set: remove one"):
        env_str("X")


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_FILE", "/nowhere/secret")

    with pytest.raises(ConfigurationError, match="X_FILE names /nowhere/secret, which cannot be read"):
        env_str("X")


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("1", True), ("Yes", True), ("off", False), ("", True)]
)
def test_yes_and_no(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("X", text)

    assert env_bool("X", default=True) is value


def test_what_is_neither_yes_nor_no_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "perhaps")

    with pytest.raises(ConfigurationError, match="X is 'perhaps': write true or false"):
        env_bool("X")


def test_whole_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env_int("X", 7) == 7
    monkeypatch.setenv("X", "12")
    assert env_int("X", 7) == 12
    with pytest.raises(ConfigurationError, match="X is 12: write a number of at least 20"):
        env_int("X", 7, least=20)
    monkeypatch.setenv("X", "twelve")
    with pytest.raises(ConfigurationError, match="X is 'twelve': write a whole number"):
        env_int("X", 7)


def test_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "a.example, b.example,,")

    assert env_list("X") == ["a.example", "b.example"]


def test_a_database_address_with_everything() -> None:
    found = postgres_settings("postgres://al%40ice:p%2Fw@db.example:5433/leads?sslmode=verify-full")

    assert found["NAME"] == "leads"
    assert (found["USER"], found["PASSWORD"]) == ("al@ice", "p/w")
    assert (found["HOST"], found["PORT"]) == ("db.example", "5433")
    assert found["OPTIONS"] == {"connect_timeout": 5, "sslmode": "verify-full"}


def test_a_database_address_with_a_socket() -> None:
    assert postgres_settings("postgres://me@/leads?host=/run/pg")["HOST"] == "/run/pg"


@pytest.mark.parametrize("url", ["mysql://a/b", "postgres://a:b@c", "postgres://a:port/b", "leads"])
def test_what_is_no_database_address_is_answered_with_what_one_looks_like(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"postgres://user:password@host:5432/name"):
        postgres_settings(url)
