"""What operations enter to connect an organisation."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from sync.connection.store import App
from sync.models import Connection
from sync.salesforce.hosts import PRODUCTION, SANDBOX, StrangeHost, my_domain

PLACES = (
    ("production", "Production", "login.salesforce.com"),
    ("sandbox", "Sandbox", "test.salesforce.com"),
    ("my_domain", "My Domain", "your company's own address, of production or a sandbox"),
)
FLOWS = (
    (Connection.Flow.WEB, "In the browser", "you log in to Salesforce as the integration user and allow it"),
    (Connection.Flow.JWT, "Private key", "for servers; the app signs in with a certificate (JWT bearer)"),
    (Connection.Flow.CREDENTIALS, "Client credentials", "for servers; the app is set to run as a user"),
)


class ConnectForm(forms.Form):
    """Where the organisation is, how the app signs in, and the app's own key and secret.

    `kept` is the connection there is: its secret stays where none is entered for the same app.
    """

    place = forms.ChoiceField(choices=[(name, label) for name, label, _ in PLACES])
    my_domain = forms.CharField(required=False, max_length=200)
    flow = forms.ChoiceField(choices=[(name, label) for name, label, _ in FLOWS])
    client_id = forms.CharField(max_length=300)
    client_secret = forms.CharField(required=False, max_length=500)
    username = forms.CharField(required=False, max_length=200)
    private_key = forms.CharField(required=False, max_length=20_000)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        initial: dict[str, str] | None = None,
        kept: App | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self._kept = kept
        for name, field in self.fields.items():
            field.error_messages["required"] = _MISSING.get(name, "Choose one.")

    def clean(self) -> dict[str, object]:
        """What belongs together; each mistake stands at its field."""
        told = super().clean() or {}
        place, flow = told.get("place"), told.get("flow")
        if place == "my_domain":
            try:
                told["url"] = my_domain(told.get("my_domain") or "")
            except StrangeHost as error:
                self.add_error("my_domain", str(error))
        else:
            told["url"] = SANDBOX if place == "sandbox" else PRODUCTION
        if flow == Connection.Flow.CREDENTIALS and place != "my_domain":
            self.add_error(
                "place",
                "The client credentials flow works at the My Domain only: choose it, and enter it below.",
            )
        if flow == Connection.Flow.JWT and not told.get("username"):
            self.add_error("username", _MISSING["username"])
        told["secret"] = told.get("private_key" if flow == Connection.Flow.JWT else "client_secret")
        if not told["secret"]:
            told["secret"] = self._kept_secret(told)
        if not told["secret"]:
            name = "private_key" if flow == Connection.Flow.JWT else "client_secret"
            self.add_error(name, _MISSING[name])
        return told

    def app(self) -> App:
        """What was entered; only of a valid form."""
        told = self.cleaned_data
        flow = Connection.Flow(told["flow"])
        username = told["username"] if flow is Connection.Flow.JWT else ""
        return App(flow, told["url"], told["client_id"], told["secret"], username)

    def _kept_secret(self, told: dict[str, object]) -> str:
        kept = self._kept
        if kept is None or (kept.flow, kept.url, kept.client_id) != (
            told.get("flow"), told.get("url"), told.get("client_id"),
        ):  # fmt: skip
            return ""
        return kept.secret


_MISSING = {
    "client_id": "The consumer key is missing: it stands in the app's OAuth settings.",
    "client_secret": "The consumer secret is missing: it stands beside the consumer key.",
    "username": "The username is missing: the Salesforce user the app acts as.",
    "private_key": "The private key is missing: paste the whole PEM file of the certificate's key.",
}


def entered(app: App | None) -> dict[str, str]:
    """What the form begins with: what the connection has, without its secret."""
    if app is None:
        return {"place": "production", "flow": Connection.Flow.WEB}
    place = {PRODUCTION: "production", SANDBOX: "sandbox"}.get(app.url, "my_domain")
    return {
        "place": place,
        "my_domain": app.url.removeprefix("https://") if place == "my_domain" else "",
        "flow": app.flow,
        "client_id": app.client_id,
        "username": app.username if app.flow is Connection.Flow.JWT else "",
    }
