"""System checks: configuration mistakes, found before anything starts, each with what to do."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name

from alerts.auditor.heartbeat import is_fit

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@register(Tags.security)
def check_secret_key(**_: object) -> list[CheckMessage]:
    """E001: with configured servers, the secret key must be given."""
    if settings._wrapped.SECRET_KEY:  # noqa: SLF001 - the public way raises instead of answering
        return []
    hint = "Set SECRET_KEY (or SECRET_KEY_FILE) to 50 random characters and keep it between starts."
    return [Error("SECRET_KEY is not set.", hint=hint, id="config.E001")]


@register(Tags.security)
def check_allowed_hosts(**_: object) -> list[CheckMessage]:
    """E002: with configured servers, the host names must be given."""
    if settings.ALLOWED_HOSTS:
        return []
    hint = "Set ALLOWED_HOSTS to the names people type into the browser, separated by commas."
    return [Error("ALLOWED_HOSTS is not set: every request would be refused.", hint=hint, id="config.E002")]


@register(Tags.security)
def check_local_salesforce(**_: object) -> list[CheckMessage]:
    """E003: in production the app talks to Salesforce's own hosts only, never to the inside."""
    if settings.SALESFORCE_ALLOW_LOCAL and not (settings.LOCAL or settings.DEBUG):
        hint = "Remove SALESFORCE_ALLOW_LOCAL; it is for the sandbox organisation of the demo and the tests."
        return [Error("SALESFORCE_ALLOW_LOCAL is set in production.", hint=hint, id="config.E003")]
    return []


@register(Tags.security)
def check_salesforce_url(**_: object) -> list[CheckMessage]:
    """E004: the organisation's address is https, without user, path or query."""
    url = settings.SALESFORCE_URL
    if not url:
        return []
    try:
        parts = urlsplit(url)
        local = settings.SALESFORCE_ALLOW_LOCAL and parts.hostname in LOCAL_HOSTS
    except ValueError:
        parts, local = urlsplit(""), False
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.hostname and plain and (parts.scheme == "https" or (local and parts.scheme == "http")):
        return []
    hint = "Write it like https://yourcompany.my.salesforce.com, with nothing behind the host."
    return [Error("SALESFORCE_URL is no https address of a host.", hint=hint, id="config.E004")]


@register(Tags.security)
def check_salesforce_credentials(**_: object) -> list[CheckMessage]:
    """E005: an organisation's address needs the credentials of a connected app beside it."""
    if not settings.SALESFORCE_URL or (settings.SALESFORCE_CLIENT_ID and settings.SALESFORCE_CLIENT_SECRET):
        return []
    hint = "Set SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET (or …_FILE) to those of the connected app."
    return [Error("SALESFORCE_URL is set without credentials.", hint=hint, id="config.E005")]


@register(Tags.files)
def check_salesforce_ca_file(**_: object) -> list[CheckMessage]:
    """E006: the authority's certificate can be read."""
    if not settings.SALESFORCE_CA_FILE or Path(settings.SALESFORCE_CA_FILE).is_file():
        return []
    hint = "Name a readable PEM file, or leave it out to trust the usual authorities."
    return [Error("SALESFORCE_CA_FILE names no file.", hint=hint, id="config.E006")]


@register(Tags.security)
def check_encryption_keys(**_: object) -> list[CheckMessage]:
    """E008: each key is 32 bytes in URL-safe base64."""
    hint = "Make one with `python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'`."
    for number, key in enumerate(settings.ENCRYPTION_KEYS, 1):
        try:
            Fernet(key)
        except ValueError:
            return [Error(f"Number {number} of ENCRYPTION_KEYS is no key.", hint=hint, id="config.E008")]
    return []


@register(Tags.security)
def check_heartbeat_url(**_: object) -> list[CheckMessage]:
    """E009: the auditor's heartbeat is https to a host by name."""
    if not settings.AUDITOR_HEARTBEAT_URL or is_fit(settings.AUDITOR_HEARTBEAT_URL):
        return []
    hint = "Write the address your monitoring gave you, like https://hc.example.com/ping/…, without a user in it."
    return [Error("AUDITOR_HEARTBEAT_URL is no https address of a host.", hint=hint, id="config.E009")]


@register(Tags.security)
def check_clock(**_: object) -> list[CheckMessage]:
    """E010: in production it is what time it is."""
    if not settings.CLOCK_FILE or settings.LOCAL:
        return []
    hint = "Remove LEADMODEL_CLOCK_FILE; it is for tests, which let time pass faster."
    return [Error("LEADMODEL_CLOCK_FILE is set in production.", hint=hint, id="config.E010")]


@register(Tags.security, deploy=True)
def check_debug(**_: object) -> list[CheckMessage]:
    """E007: debugging pages show settings and data to everybody."""
    if not settings.DEBUG or settings.LOCAL:
        return []
    return [Error("DEBUG is on in production.", hint="Remove DEBUG.", id="config.E007")]


@register(Tags.security, deploy=True)
def check_https(**_: object) -> list[CheckMessage]:
    """W001: without https, log-ins and people's data cross the network readable."""
    if settings.HTTPS or settings.LOCAL:
        return []
    hint = "Remove HTTPS=false, put a proxy with a certificate in front, and set BEHIND_PROXY=true."
    return [Warning("HTTPS is off.", hint=hint, id="config.W001")]
