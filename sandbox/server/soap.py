"""The partner SOAP API, as far as clients need it to sign in with a username and a password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from sandbox.org.errors import ApiError
from sandbox.org.ids import MalformedId, id18
from sandbox.org.org import Org
from sandbox.org.store import Row
from sandbox.server import versions
from sandbox.server.answers import Call
from sandbox.server.hosts import instance_url
from sandbox.server.soap_xml import PARTNER, Asked, BadEnvelope, Told, answered, fault, read
from sandbox.server.tokens import SESSION_SECONDS, USUAL_SESSION_SECONDS, Tokens
from sandbox.server.users import by_username, fits, known_password, organization_id

SOAP_LOGIN = "soap_login"
"""The setting that forbids `login` when it is false, as new organisations do."""

_LAST_WITH_LOGIN = 64
_REFUSED = "Invalid username, password, security token; or user locked out."


class Fault(Exception):
    """A refusal; without a code, of an envelope that was not understood."""

    def __init__(self, code: str, message: str, kind: str = "UnexpectedErrorFault") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Soap:
    """Handler of /services/Soap/u/. Every refusal is a fault, with status 500 as SOAP wants it."""

    org: Org
    tokens: Tokens

    def call(self, call: Call) -> Response:
        """POST /services/Soap/u/{version}, with or without the organisation's Id behind it."""
        operations: dict[str, Callable[[Call, Asked], Told | None]] = {
            "login": self._login,
            "logout": self._logout,
        }
        try:
            asked = _read(call.body)
            _check_version(call.path["version"])
            if asked.operation not in operations:
                raise Fault(
                    "",
                    f"No operation available for request {{{PARTNER}}}{asked.operation}, "
                    "please check the WSDL for the service.",
                )
            told = answered(asked.operation, operations[asked.operation](call, asked))
        except Fault as refusal:
            return _xml(fault(refusal.code, refusal.message, refusal.kind), 500)
        return _xml(told)

    def _login(self, call: Call, asked: Asked) -> Told:
        version = call.path["version"]
        if float(version) > _LAST_WITH_LOGIN:
            raise Fault(
                "INVALID_OPERATION",
                f"The SOAP Login operation is not available in the API version specified ({version}). "
                "Refer to the documentation for supported versions.",
                "LoginFault",
            )
        if self.org.store.setting(SOAP_LOGIN) is False:
            raise Fault(
                "INVALID_OPERATION",
                "SOAP API login() is disabled by default in this org. Contact the org administrator to enable SOAP "
                "API login().",
                "LoginFault",
            )
        user = by_username(self.org, asked.arguments.get("username", ""))
        password = asked.arguments.get("password", "")
        if user is None or not user["IsActive"] or not self._in_scope(asked):
            raise Fault("INVALID_LOGIN", _REFUSED, "LoginFault")
        # a client that names its organisation says that it comes from a trusted address
        trusted = "organizationId" in asked.headers
        if not fits(self.org, user, password) and not (
            trusted and password == known_password(self.org, user)
        ):
            raise Fault("INVALID_LOGIN", _REFUSED, "LoginFault")
        return self._session(call, user)

    def _in_scope(self, asked: Asked) -> bool:
        named = asked.headers.get("organizationId")
        try:
            return named is None or id18(named) == organization_id(self.org)
        except MalformedId:
            return False

    def _logout(self, _call: Call, asked: Asked) -> None:
        if not self.tokens.revoke(asked.headers.get("sessionId", "")):
            raise Fault(
                "INVALID_SESSION_ID",
                "Invalid Session ID found in SessionHeader: Illegal Session",
                "UnexpectedErrorFault",
            )

    def _session(self, call: Call, user: Row) -> Told:
        organization = organization_id(self.org)
        row = next(self.org.store.rows("Organization"), {})
        place = f"{instance_url(call, self.org)}/services/Soap"
        version = call.path["version"]
        return {
            "metadataServerUrl": f"{place}/m/{version}/{organization[:15]}",
            "passwordExpired": False,
            "sandbox": bool(row.get("IsSandbox")),
            "serverUrl": f"{place}/u/{version}/{organization[:15]}",
            "sessionId": self.tokens.open_session(str(user["Id"])),
            "userId": user["Id"],
            "userInfo": {
                "accessibilityMode": False,
                "currencySymbol": "$",
                "orgAttachmentFileSizeLimit": 26_214_400,
                "orgDefaultCurrencyIsoCode": "USD",
                "orgDisallowHtmlAttachments": False,
                "orgHasPersonAccounts": False,
                "organizationId": organization,
                "organizationMultiCurrency": False,
                "organizationName": row.get("Name"),
                "profileId": user["ProfileId"],
                "roleId": user["UserRoleId"],
                "sessionSecondsValid": int(self.org.store.setting(SESSION_SECONDS, USUAL_SESSION_SECONDS)),
                "userDefaultCurrencyIsoCode": None,
                "userEmail": user["Email"],
                "userFullName": user["Name"],
                "userId": user["Id"],
                "userLanguage": user["LanguageLocaleKey"] or "en_US",
                "userLocale": user["LocaleSidKey"] or "en_US",
                "userName": user["Username"],
                "userTimeZone": user["TimeZoneSidKey"] or "UTC",
                "userType": user["UserType"] or "Standard",
                "userUiSkin": "Theme3",
            },
        }


def _read(body: bytes) -> Asked:
    try:
        return read(body)
    except BadEnvelope as error:
        raise Fault("", f"The request is no SOAP envelope: {error}") from error


def _check_version(version: str) -> None:
    try:
        versions.check(version)
    except ApiError as error:
        raise Fault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL") from error


def _xml(text: str, status: int = 200) -> Response:
    return Response(text.encode("utf-8", "replace"), status, media_type="text/xml;charset=UTF-8")
