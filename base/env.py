"""Typed reading of configuration from the environment.

Every reader takes the value of `NAME`, or the content of the file that `NAME_FILE` names (for secrets
mounted as files). An empty value is no value. A value that cannot be read is a `ConfigurationError` with
one sentence.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


class ConfigurationError(ImproperlyConfigured):
    """The environment says what cannot be. The text is a sentence: which variable, what to write."""


def env_str(name: str, default: str = "") -> str:
    """The text in `name`, or in the file `name_FILE` names."""
    value = os.environ.get(name, "")
    path = os.environ.get(f"{name}_FILE", "")
    if value and path:
        message = f"{name} and {name}_FILE are both set: remove one of them."
        raise ConfigurationError(message)
    if path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            message = f"{name}_FILE names {path}, which cannot be read ({error}): name a readable text file."
            raise ConfigurationError(message) from error
    return value or default


def env_bool(name: str, *, default: bool = False) -> bool:
    """The yes or no in `name`."""
    value = env_str(name).lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    message = f"{name} is {value!r}: write true or false."
    raise ConfigurationError(message)


def env_int(name: str, default: int, *, least: int = 0) -> int:
    """The whole number in `name`, at least `least`."""
    value = env_str(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError as error:
        message = f"{name} is {value!r}: write a whole number."
        raise ConfigurationError(message) from error
    if number < least:
        message = f"{name} is {number}: write a number of at least {least}."
        raise ConfigurationError(message)
    return number


def env_list(name: str) -> list[str]:
    """The comma-separated words in `name`."""
    return [word.strip() for word in env_str(name).split(",") if word.strip()]


def postgres_settings(url: str) -> dict[str, object]:
    """Django's connection settings from `postgres://user:password@host:port/name?sslmode=…`.

    `?host=/folder` names the folder of a Unix socket. Other parameters go to libpq as they are.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        message = f"DATABASE_URL cannot be read ({error}): write postgres://user:password@host:5432/name."
        raise ConfigurationError(message) from error
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        message = "DATABASE_URL must look like postgres://user:password@host:5432/name."
        raise ConfigurationError(message)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(port or ""),
        "OPTIONS": {"connect_timeout": 5, **options},
    }
