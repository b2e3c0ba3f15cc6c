"""The dead man's switch: somebody outside is told each time the auditor agrees, and raises the alarm when it is not."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests
import structlog
from django.conf import settings

from sync.salesforce.hosts import LOCAL_HOSTS, is_local_allowed

log = structlog.get_logger(__name__)

_TIMEOUT_S = (5, 10)


def is_fit(url: str) -> bool:
    """Whether this may be asked: https at a host by name, or this machine where an organisation may be here too."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.fragment or not parts.hostname:
        return False
    if parts.hostname in LOCAL_HOSTS:
        return parts.scheme in ("http", "https") and is_local_allowed()
    return parts.scheme == "https" and any(letter.isalpha() for letter in parts.hostname.rpartition(".")[2])


def beat() -> bool:
    """Ask the heartbeat's address, outside of any transaction; whether it took it. The address is a secret."""
    url: str = settings.AUDITOR_HEARTBEAT_URL
    if not url:
        return False
    if not is_fit(url):
        log.warning("heartbeat_refused", why="AUDITOR_HEARTBEAT_URL is no https address of a host.")
        return False
    try:
        with requests.Session() as session:
            session.trust_env = not is_local_allowed()
            with session.get(url, timeout=_TIMEOUT_S, allow_redirects=False, stream=True) as answer:
                is_taken = answer.status_code < 300
                log.info("heartbeat", status=answer.status_code)
    except (requests.RequestException, OSError) as error:
        log.warning("heartbeat_lost", error=type(error).__name__)
        return False
    return is_taken
