"""The ways into the organisation: which handler answers which path of those that need no session."""

from __future__ import annotations

from starlette.routing import Route

from sandbox.org.org import Org
from sandbox.server.answers import Endpoint
from sandbox.server.authorize import Authorize
from sandbox.server.clients import Clients
from sandbox.server.codes import Codes
from sandbox.server.grants import Grants
from sandbox.server.identity import Identity
from sandbox.server.oauth import OAuth
from sandbox.server.signing import SigningKey
from sandbox.server.soap import Soap
from sandbox.server.tokens import Tokens

PATHS = ("/services/oauth2/", "/services/Soap/", "/id/", "/.well-known/")
"""What the paths of the doors begin with."""


def door_routes(org: Org, tokens: Tokens, clients: Clients) -> list[Route]:
    """The resources of OAuth, OpenID Connect and SOAP."""
    key, codes = SigningKey(org), Codes()
    oauth, grants = OAuth(org, tokens, clients), Grants(org, tokens, clients, codes, key)
    authorize, identity = Authorize(org, clients, codes), Identity(org, tokens, key)
    soap = Endpoint(POST=Soap(org, tokens).call)
    handlers = {
        "/services/oauth2/authorize": Endpoint(GET=authorize.ask, POST=authorize.decide),
        "/services/oauth2/token": Endpoint(POST=grants.token),
        "/services/oauth2/revoke": Endpoint(GET=oauth.revoke, POST=oauth.revoke),
        "/services/oauth2/introspect": Endpoint(POST=oauth.introspect),
        "/services/oauth2/userinfo": Endpoint(GET=identity.userinfo, POST=identity.userinfo),
        "/services/Soap/u/{version}": soap,
        "/services/Soap/u/{version}/{organization}": soap,
        "/id/keys": Endpoint(GET=identity.keys),
        "/id/{organization}/{user}": Endpoint(GET=identity.identity),
        "/.well-known/openid-configuration": Endpoint(GET=identity.discovery),
    }
    return [Route(path, handler) for path, handler in handlers.items()]
