"""The secret key of a private machine: made once, kept in the app's own folder."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from base.env import ConfigurationError
from base.servers import Home, ServersError


def kept_secret_key(home: Home) -> str:
    """The key in the home's private folder, made at the first call. Two first calls at once agree on one."""
    path = home.private / "secret-key"
    try:
        if path.exists():
            return path.read_text()
        home.create()
        descriptor, draft = tempfile.mkstemp(dir=home.private)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
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
        message = (
            f"The secret key in {path} cannot be kept ({error.strerror}): set SECRET_KEY or LEADMODEL_HOME."
        )
        raise ConfigurationError(message) from error
