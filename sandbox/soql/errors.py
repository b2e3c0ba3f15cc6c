"""Errors of a query in Salesforce's shape: the text around the place, a caret under it, then the sentence."""

from __future__ import annotations

from sandbox.org.errors import ApiError

_AROUND = 40


def pointed(text: str, at: int, message: str) -> str:
    """The message under the query's text, with row and column counted from 1."""
    at = max(0, min(at, len(text)))
    row = text.count("\n", 0, at) + 1
    line_start = text.rfind("\n", 0, at) + 1
    line_end = text.find("\n", at)
    line_end = len(text) if line_end < 0 else line_end
    start = max(line_start, at - _AROUND)
    shown = text[start : min(line_end, at + _AROUND)]
    return f"\n{shown}\n{' ' * (at - start)}^\nERROR at Row:{row}:Column:{at - line_start + 1}\n{message}"


def malformed(text: str, at: int, message: str) -> ApiError:
    """The text is no query, or uses what is not supported."""
    return ApiError(400, "MALFORMED_QUERY", pointed(text, at, message))


def invalid_field(text: str, at: int, message: str) -> ApiError:
    """A field cannot be used so."""
    return ApiError(400, "INVALID_FIELD", pointed(text, at, message))


def no_such_column(text: str, at: int, name: str, entity: str) -> ApiError:
    """The object has no such field, or its users may not see it."""
    return invalid_field(
        text,
        at,
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to "
        "append the '__c' after the custom field name. Please reference your WSDL or the describe call for the "
        "appropriate names.",
    )


def no_such_relationship(text: str, at: int, name: str, entity: str) -> ApiError:
    """The object has no such look-up."""
    return invalid_field(
        text,
        at,
        f"Didn't understand relationship '{name}' in field path of entity '{entity}'. If you are attempting to use "
        "a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference "
        "your WSDL or the describe call for the appropriate names.",
    )


def no_such_children(text: str, at: int, name: str) -> ApiError:
    """The object has no such child relationship."""
    return ApiError(
        400,
        "INVALID_TYPE",
        pointed(
            text,
            at,
            f"Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a "
            "custom relationship, be sure to append the '__r' after the custom relationship name. Please reference "
            "your WSDL or the describe call for the appropriate names.",
        ),
    )


def no_such_object(text: str, at: int, name: str) -> ApiError:
    """The organisation has no such object, or its users may not see it."""
    return ApiError(
        400,
        "INVALID_TYPE",
        pointed(
            text,
            at,
            f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to "
            "append the '__c' after the entity name. Please reference your WSDL or the describe call for the "
            "appropriate names.",
        ),
    )
