"""SOAP envelopes: reading what a client asks, writing what it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape

PARTNER = "urn:partner.soap.sforce.com"

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_FAULTS = "urn:fault.partner.soap.sforce.com"
_DEEPEST = 50
_BODY_DEPTH = 2

Told = Mapping[str, "str | bool | float | Told | None"]


class BadEnvelope(ValueError):
    """The text is no SOAP envelope; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: the operation's name, its arguments, and the header's values, by names without namespaces."""

    operation: str
    arguments: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(slots=True)
class _Reader:
    """Gathers the texts of an envelope's leaves while it is parsed."""

    path: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    operation: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, _attributes: object) -> None:
        self.path.append(name.rpartition(" ")[2])
        self.text.clear()
        if len(self.path) > _DEEPEST:
            raise BadEnvelope("elements are nested too deeply")
        if self.path[:_BODY_DEPTH] == ["Envelope", "Body"] and len(self.path) == _BODY_DEPTH + 1:
            self.operation = self.operation or self.path[-1]

    def characters(self, text: str) -> None:
        self.text.append(text)

    def end(self, name: str) -> None:
        place = {"Header": self.headers, "Body": self.arguments}.get("".join(self.path[1:_BODY_DEPTH]))
        if place is not None and len(self.path) == _BODY_DEPTH + 2:
            place.setdefault(name.rpartition(" ")[2], "".join(self.text))
        self.path.pop()
        self.text.clear()


def read(body: bytes) -> Asked:
    """The call an envelope makes. Raises BadEnvelope; a document type is refused, for no envelope has one."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        parser.Parse(body, True)  # noqa: FBT003 -- its signature
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise BadEnvelope(str(error)) from error
    if not reader.operation:
        raise BadEnvelope("there is no operation in the body")
    return Asked(reader.operation, reader.arguments, reader.headers)


def answered(operation: str, result: Told | None) -> str:
    """The envelope of an answer; None and nested values become elements as the partner WSDL has them."""
    inside = "" if result is None else f"<result>{''.join(_elements(result))}</result>"
    return _envelope(f"<{operation}Response>{inside}</{operation}Response>", f'xmlns="{PARTNER}"')


def fault(code: str, message: str, kind: str = "UnexpectedErrorFault") -> str:
    """The envelope of a fault. One without a code is the client's: its envelope was not understood."""
    if not code:
        told = f"<faultcode>soapenv:Client</faultcode><faultstring>{escape(message)}</faultstring>"
        return _envelope(f"<soapenv:Fault>{told}</soapenv:Fault>", f'xmlns:sf="{_FAULTS}"')
    detail = (
        f'<sf:{kind} xsi:type="sf:{kind}"><sf:exceptionCode>{code}</sf:exceptionCode>'
        f"<sf:exceptionMessage>{escape(message)}</sf:exceptionMessage></sf:{kind}>"
    )
    told = (
        f"<faultcode>sf:{code}</faultcode><faultstring>{code}: {escape(message)}</faultstring>"
        f"<detail>{detail}</detail>"
    )
    return _envelope(f"<soapenv:Fault>{told}</soapenv:Fault>", f'xmlns:sf="{_FAULTS}"')


def _elements(told: Told) -> Iterator[str]:
    for name, value in told.items():
        if value is None:
            yield f'<{name} xsi:nil="true"/>'
        elif isinstance(value, Mapping):
            yield f"<{name}>{''.join(_elements(value))}</{name}>"
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield f"<{name}>{escape(text)}</{name}>"


def _envelope(body: str, names: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{_ENVELOPE}" {names} '
        f'xmlns:xsi="{_INSTANCE}"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>'
    )


def _refuse_document_type(*_told: object) -> NoReturn:
    raise BadEnvelope("a document type is not allowed")
