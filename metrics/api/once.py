"""Each write once: the same word from the same user does nothing a second time and tells what came of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from rest_framework.request import Request

from base.models import ApiWrite, Effect, User
from leadmodel.actions import Asked
from leadmodel.models import Exclusion
from leadmodel.models import Request as Asking
from metrics.api.errors import Refused, Wrong

HEADER = "Idempotency-Key"
Made = Effect | Asking | Exclusion
"""What a write may make."""
PATTERN = r"^[!-~]{1,100}$"

_MADE: dict[str, type[Made]] = {model._meta.label_lower: model for model in (Effect, Asking, Exclusion)}


def word_of(request: Request) -> str:
    """The client's word for this one write. Raises Refused."""
    word = request.headers.get(HEADER, "")
    if not re.fullmatch(PATTERN, word):
        raise Refused(
            Wrong(
                f"header.{HEADER}",
                "Every write needs a word of its own, so that repeating it does nothing twice.",
                "Send 1 to 100 letters, digits and signs without spaces, such as a new UUID.",
            )
        )
    return word


def once(asked: Asked, *, what: str, act: Callable[[Asked], Made]) -> Made:
    """Act, unless this user did under this word; `what` tells one request from another. Raises Refused.

    The word is taken in the transaction of the act: two at once wait for each other, and one that failed leaves its
    word free. A repeat finds the row as it is now.
    """
    digest = hashlib.sha256(what.encode()).hexdigest()
    with transaction.atomic():
        write, is_new = ApiWrite.objects.get_or_create(
            user=asked.by, word=asked.once, defaults={"asked": digest, "at": asked.now}
        )
        if not is_new:
            return _repeated(write, digest)
        made = act(Asked(asked.by, _word_for_us(asked.by, asked.once), asked.now))
        write.made, write.number = made._meta.label_lower, made.pk
        write.save(update_fields=["made", "number"])
    return made


def _repeated(write: ApiWrite, digest: str) -> Made:
    if write.asked != digest:
        raise Refused(
            Wrong(f"header.{HEADER}", "You used this word for another request.", "Send a new one."),
            status=422,
        )
    assert write.number is not None  # whoever took the word committed what it made with it
    found = _MADE[write.made].objects.filter(pk=write.number).first()
    if found is None:
        raise Refused(Wrong("request", "It was done, and what came of it is gone since."), status=410)
    return found


def _word_for_us(user: User, word: str) -> str:
    """A word that no form and no other user has."""
    return str(uuid5(NAMESPACE_URL, f"api:{user.pk}:{word}"))
