"""What programs send: one JSON object of an exact form, each mistake told with where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import IO, Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from base.address import FIRST_YEAR, LAST_YEAR
from leadmodel.pages.acting import LONGEST
from metrics.api.errors import Refused, Wrong

LARGEST = 1 << 20
"""Bytes a body may have."""
RAW = "raw"


class _Bytes(BaseParser):
    """A body as it came, of bounded size: what is in it is read where its form is known."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, bytes]:
        """All bytes, as RAW. Raises Refused (413) where there are too many."""
        del media_type, parser_context
        raw: bytes = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise Refused(
                Wrong("body", "The body is too large.", f"Send at most {LARGEST:,} bytes."), status=413
            )
        return {RAW: raw}


class JsonBytes(_Bytes):
    """JSON."""

    media_type = "application/json"


class YamlBytes(_Bytes):
    """YAML."""

    media_type = "application/yaml"


def _told_year(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"{value.year} lies outside all records")
    return value


def _told_instant(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("the instant has no zone; write it like 2011-11-15T12:00:00Z")
    _told_year(value)
    return value.astimezone(UTC)


_NO_NUL = r"^[^\x00]*$"
Text = Annotated[str, Field(max_length=LONGEST, pattern=_NO_NUL)]
Filled = Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
RecordId = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$")]
Day = Annotated[date, AfterValidator(_told_year)]
Instant = Annotated[datetime, AfterValidator(_told_instant)]


class Body(BaseModel):
    """A body: no other keys, no values of other kinds."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Nothing(Body):
    """No words are needed: an empty object, or no body."""


class Log(Body):
    """A call or mail made just now."""

    how: Literal["Call", "Email"]
    words: Text = ""


class Close(Body):
    """A disposition, with its reason where the organisation has reasons for it."""

    kind: Literal["nurture", "unqualified", "qualified"]
    reason: Filled | None = None


class FollowUp(Body):
    """A follow-up on a day, which is the user's own."""

    day: Day
    words: Text = ""


class GiveBack(Body):
    """Why the person is not the rep's."""

    why: Text = ""


class Ask(Body):
    """Whom the figures should leave out, and why."""

    record_id: RecordId
    why: Filled


class Grant(Body):
    """Yes: left out until an instant, or over to another user or queue; which of the two, the request says."""

    words: Text = ""
    expires_at: Instant | None = None
    to: RecordId | None = None


class Refuse(Body):
    """No, and why."""

    words: Filled


class End(Body):
    """Why an exception ends before its time."""

    reason: Filled


class LeaveOut(Body):
    """An exception: whom the figures leave out, until when, why."""

    record_id: RecordId
    expires_at: Instant
    reason: Filled


B = TypeVar("B", bound=Body)


def raw_of(request: Request) -> bytes:
    """The body as it came; empty where there is none. Raises Refused."""
    data = request.data
    raw: bytes = data.get(RAW, b"") if isinstance(data, dict) else b""
    return raw


def read_body(request: Request, form: type[B]) -> B:
    """The body in its form. Raises Refused with everything that is wrong with it."""
    text = raw_of(request).strip() or b"{}"
    try:
        return form.model_validate_json(text)
    except ValidationError as error:
        raise Refused(*(_wrong(problem) for problem in error.errors(include_url=False))) from error


def _wrong(problem: Any) -> Wrong:
    where = ".".join(["body", *(str(part)[:40] for part in problem["loc"])])
    told = _TOLD.get(problem["type"])
    if told is not None:
        return Wrong(where, *told(problem))
    return Wrong(where, f"{str(problem['msg']).removeprefix('Value error, ').rstrip('.')}.")


_TOLD: dict[str, Callable[[Any], tuple[str, str]]] = {
    "missing": lambda _: ("It is missing.", "Write it."),
    "extra_forbidden": lambda _: ("There is no such key.", "Leave it out; the schema names those there are."),
    "json_invalid": lambda _: ("The body is no JSON.", "Send one JSON object in UTF-8."),
    "model_type": lambda _: ("The body is no JSON object.", "Send one, like {}."),
    "string_type": lambda _: ("It is no text.", "Write it in quotes."),
    "string_unicode": lambda _: ("The text holds half a character.", "Send whole characters in UTF-8."),
    "string_too_long": lambda p: (
        "The text is too long.",
        f"Write at most {p['ctx']['max_length']:,} letters.",
    ),
    "string_too_short": lambda _: ("The text is empty.", "Write something."),
    "string_pattern_mismatch": lambda _: (
        "The text is not possible here.",
        "Write something without NUL characters, and Ids in full.",
    ),
    "literal_error": lambda p: ("The value is not possible.", f"Write {p['ctx']['expected']}."),
    "date_from_datetime_parsing": lambda _: ("It is no date.", "Write it like 2011-10-01."),
    "date_parsing": lambda _: ("It is no date.", "Write it like 2011-10-01."),
    "date_type": lambda _: ("It is no date.", "Write it like 2011-10-01."),
    "datetime_from_date_parsing": lambda _: ("It is no instant.", "Write it like 2011-11-15T12:00:00Z."),
    "datetime_parsing": lambda _: ("It is no instant.", "Write it like 2011-11-15T12:00:00Z."),
    "datetime_type": lambda _: ("It is no instant.", "Write it like 2011-11-15T12:00:00Z."),
}
