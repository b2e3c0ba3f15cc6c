"""The keys of a private machine: made once, kept in the app's own folder."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

from base.env import ConfigurationError
from base.servers import Home, ServersError


def kept_secret_key(home: Home) -> str:
    """What Django signs with."""
    return _kept(home, "secret-key", "SECRET_KEY", secrets.token_urlsafe(50))


def kept_encryption_key(home: Home) -> str:
    """What secrets and tokens are encrypted with."""
    return _kept(home, "encryption-key", "ENCRYPTION_KEYS", Fernet.generate_key().decode())


def _kept(home: Home, name: str, variable: str, made: str) -> str:
    """The key in the home's private folder, at the first call the one `made`. Two first calls at once agree on one."""
    path = home.private / name
    try:
        if path.exists():
            return path.read_text()
        home.create()
        descriptor, draft = tempfile.mkstemp(dir=home.private)
        with os.fdopen(descriptor, "w") as file:
            file.write(made)
        try:
            os.link(draft, path)  # fails if another process was quicker: then its key counts
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
        return path.read_text()
    except ServersError as error:
        raise ConfigurationError(str(error)) from error
    except OSError as error:
        message = f"The key in {path} cannot be kept ({error.strerror}): set {variable} or LEADMODEL_HOME."
        raise ConfigurationError(message) from error
