"""Who somebody is: userinfo, the identity address, and what OpenID Connect clients discover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.responses import PlainTextResponse, Response

from sandbox.org.ids import MalformedId, id18
from sandbox.org.org import Org
from sandbox.org.schema import Value
from sandbox.org.store import Row
from sandbox.server.answers import Call, answer
from sandbox.server.clients import SCOPES
from sandbox.server.hosts import instance_url
from sandbox.server.signing import SigningKey
from sandbox.server.tokens import Tokens, bearer
from sandbox.server.users import organization_id
from sandbox.server.versions import NEWEST

_VERSIONED_URLS = {
    "enterprise": "services/Soap/c/{version}/{organization}",
    "metadata": "services/Soap/m/{version}/{organization}",
    "partner": "services/Soap/u/{version}/{organization}",
    "rest": "services/data/v{version}/",
    "sobjects": "services/data/v{version}/sobjects/",
    "search": "services/data/v{version}/search/",
    "query": "services/data/v{version}/query/",
    "recent": "services/data/v{version}/recent/",
    "tooling_soap": "services/Soap/T/{version}/{organization}",
    "tooling_rest": "services/data/v{version}/tooling/",
    "profile": "{user}",
    "feeds": "services/data/v{version}/chatter/feeds",
    "groups": "services/data/v{version}/chatter/groups",
    "users": "services/data/v{version}/chatter/users",
    "feed_items": "services/data/v{version}/chatter/feed-items",
    "feed_elements": "services/data/v{version}/chatter/feed-elements",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Handlers of userinfo, `/id/…` and `/.well-known/…`. Without a session they refuse in words of their own."""

    org: Org
    tokens: Tokens
    key: SigningKey

    def userinfo(self, call: Call) -> Response:
        """GET or POST /services/oauth2/userinfo."""
        user_id = self._asking(call)
        if user_id is None:
            return _no_session(call)
        user = self.org.store.row("User", user_id) or {}
        return answer(
            {
                "sub": identity_url(call, self.org, user_id),
                "user_id": user_id,
                "organization_id": organization_id(self.org),
                **profile_claims(call, self.org, user_id),
                "nickname": user.get("Alias"),
                "photos": _photos(call, self.org),
                "is_salesforce_integration_user": False,
                "urls": self._urls(call, user_id),
                "active": bool(user.get("IsActive")),
                **_habits(user, self.org.clock.now()),
                "updated_at": user.get("LastModifiedDate"),
            }
        )

    def identity(self, call: Call) -> Response:
        """GET /id/{organization}/{user}."""
        asking = self._asking(call)
        if asking is None:
            return _no_session(call)
        try:
            organization, user_id = id18(call.path["organization"]), id18(call.path["user"])
        except MalformedId:
            return PlainTextResponse("Bad_Id", 404)
        if organization != organization_id(self.org):
            return PlainTextResponse("Wrong_Org", 403)
        user = self.org.store.row("User", user_id)
        if user is None:
            return PlainTextResponse("Bad_Id", 404)
        if not user["IsActive"]:
            return PlainTextResponse("Inactive", 404)
        return answer(
            {
                "id": identity_url(call, self.org, user_id),
                "asserted_user": user_id == asking,
                "user_id": user_id,
                "organization_id": organization,
                "username": user["Username"],
                "nick_name": user["Alias"],
                "display_name": user["Name"],
                "email": user["Email"],
                "email_verified": True,
                "first_name": user["FirstName"],
                "last_name": user["LastName"],
                "timezone": user["TimeZoneSidKey"] or "UTC",
                "photos": _photos(call, self.org),
                "addr_street": user["Street"],
                "addr_city": user["City"],
                "addr_state": user["State"],
                "addr_country": user["Country"],
                "addr_zip": user["PostalCode"],
                "mobile_phone": user["MobilePhone"],
                "mobile_phone_verified": False,
                "is_lightning_login_user": False,
                "status": {"created_date": None, "body": None},
                "urls": self._urls(call, user_id),
                "active": True,
                **_habits(user, self.org.clock.now()),
                "last_modified_date": user["LastModifiedDate"],
                "is_app_installed": True,
            }
        )

    def keys(self, _call: Call) -> Response:
        """GET /id/keys: what identity tokens are checked with."""
        return answer({"keys": [self.key.public()]})

    def discovery(self, call: Call) -> Response:
        """GET /.well-known/openid-configuration."""
        oauth = f"{call.origin}/services/oauth2"
        return answer(
            {
                "issuer": call.origin,
                "authorization_endpoint": f"{oauth}/authorize",
                "token_endpoint": f"{oauth}/token",
                "revocation_endpoint": f"{oauth}/revoke",
                "userinfo_endpoint": f"{oauth}/userinfo",
                "introspection_endpoint": f"{oauth}/introspect",
                "jwks_uri": f"{call.origin}/id/keys",
                "scopes_supported": list(SCOPES),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "display_values_supported": ["page"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "claims_supported": [
                    "active", "email", "email_verified", "family_name", "given_name", "is_app_installed", "locale",
                    "name", "nickname", "organization_id", "photos", "picture", "preferred_username", "profile", "sub",
                    "updated_at", "urls", "user_id", "zoneinfo",
                ],
            }
        )  # fmt: skip

    def _asking(self, call: Call) -> str | None:
        return self.tokens.user_of(_token(call))

    def _urls(self, call: Call, user_id: str) -> dict[str, str]:
        instance = instance_url(call, self.org)
        version = call.query.get("version", "{version}")
        if version == "latest":
            version = f"{NEWEST}.0"
        organization = organization_id(self.org)
        urls = {
            name: f"{instance}/"
            + path.replace("{version}", version)
            .replace("{organization}", organization)
            .replace("{user}", user_id)
            for name, path in _VERSIONED_URLS.items()
        }
        return {**urls, "custom_domain": instance}


def identity_url(call: Call, org: Org, user_id: str) -> str:
    """The address that stands for this user."""
    return f"{call.origin}/id/{organization_id(org)}/{user_id}"


def profile_claims(call: Call, org: Org, user_id: str) -> dict[str, Value | Mapping[str, Value]]:
    """What OpenID Connect tells of a user."""
    user = org.store.row("User", user_id) or {}
    return {
        "preferred_username": user.get("Username"),
        "name": user.get("Name"),
        "email": user.get("Email"),
        "email_verified": True,
        "given_name": user.get("FirstName"),
        "family_name": user.get("LastName"),
        "zoneinfo": user.get("TimeZoneSidKey") or "UTC",
        "locale": user.get("LocaleSidKey") or "en_US",
        "profile": f"{instance_url(call, org)}/{user_id}",
        "picture": _photos(call, org)["picture"],
        "address": {
            "street_address": user.get("Street"),
            "locality": user.get("City"),
            "region": user.get("State"),
            "country": user.get("Country"),
            "postal_code": user.get("PostalCode"),
        },
    }


def _habits(user: Row, now: datetime) -> dict[str, object]:
    """What both answers call by the same names. `utcOffset` is in milliseconds, without daylight saving."""
    try:
        offset = ZoneInfo(str(user.get("TimeZoneSidKey") or "UTC"))
        seconds = now.astimezone(offset).utcoffset()
        saving = now.astimezone(offset).dst()
    except (ZoneInfoNotFoundError, ValueError):
        seconds = saving = None
    whole = 0.0 if seconds is None else seconds.total_seconds() - (saving.total_seconds() if saving else 0.0)
    return {
        "user_type": str(user.get("UserType") or "Standard").upper(),
        "language": user.get("LanguageLocaleKey") or "en_US",
        "locale": user.get("LocaleSidKey") or "en_US",
        "utcOffset": int(whole * 1000),
    }


def _photos(call: Call, org: Org) -> dict[str, str]:
    base = f"{instance_url(call, org)}/profilephoto/005"
    return {"picture": f"{base}/F", "thumbnail": f"{base}/T"}


def _token(call: Call) -> str:
    return bearer(call.headers) or call.query.get("oauth_token", "") or call.query.get("access_token", "")


def _no_session(call: Call) -> Response:
    return PlainTextResponse("Bad_OAuth_Token" if _token(call) else "Missing_OAuth_Token", 403)
