"""What the API refuses, with Salesforce's error codes and wording."""

from __future__ import annotations

from collections.abc import Sequence


class ApiError(Exception):
    """An answer other than success: HTTP status, Salesforce's errorCode, its sentence and the fields concerned."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields

    def body(self) -> list[dict[str, object]]:
        """The JSON array of the answer; `fields` stands only in errors of record writes."""
        told: dict[str, object] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            told["fields"] = list(self.fields)
        return [told]


def not_found() -> ApiError:
    """No resource has this path."""
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")


def no_such_record() -> ApiError:
    """No record has this Id."""
    return ApiError(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: Id")


def unsupported_object(name: str) -> ApiError:
    """The organisation has no object of this name, or hides it from the API's users."""
    return ApiError(
        400,
        "INVALID_TYPE",
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append "
        "the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
    )


def deleted() -> ApiError:
    """The record is in the recycle bin."""
    return ApiError(404, "ENTITY_IS_DELETED", "entity is deleted", [])


def malformed_id(text: str, what: str = "Id") -> ApiError:
    """The text is no Id at all; `what` is the field it was given for."""
    return ApiError(400, "MALFORMED_ID", f"{what}: id value of incorrect type: {text}", [what])
