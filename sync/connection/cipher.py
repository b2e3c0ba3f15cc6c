"""Secrets and tokens at rest. The first of ENCRYPTION_KEYS encrypts, each of them decrypts."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from sync.salesforce.http import OrganisationError


class NoKey(OrganisationError):
    """There is no key, or none that fits. The text says what to do."""


def seal(text: str) -> str:
    """Encrypt. The empty text stays empty. Raises NoKey."""
    return _cipher().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """Decrypt. Raises NoKey when no key fits."""
    if not sealed:
        return ""
    try:
        return _cipher().decrypt(sealed.encode()).decode()
    except InvalidToken:
        # nothing of what was tried may stand in a traceback
        raise NoKey(
            "What is kept of the connection cannot be read: none of ENCRYPTION_KEYS fits. Put the earlier key back"
            " behind the new one, or connect again at Settings → Salesforce."
        ) from None


def reseal(sealed: str) -> str:
    """Encrypt again with the first key. Raises NoKey when no key fits."""
    return seal(unseal(sealed))


def has_keys() -> bool:
    """Whether anything can be kept secret."""
    return bool(settings.ENCRYPTION_KEYS)


def _cipher() -> MultiFernet:
    if not has_keys():
        raise NoKey(
            "ENCRYPTION_KEYS is not set, and without a key no connection is kept: make one with"
            " `python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'`."
        )
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
