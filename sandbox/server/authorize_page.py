"""The authorization page's HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from string import Template

from sandbox.org.store import Row
from sandbox.server.clients import Client

_FRAME = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 4rem auto; padding: 0 1rem; color: #1b1b1b }
label, select { display: block; width: 100% } select, button { font: inherit; padding: .5rem }
.answers { display: flex; gap: 1rem; margin-top: 1.5rem } button { flex: 1 }
</style>
<h1>$title</h1>
$content
</html>
""")

_QUESTION = Template("""<p><strong>$client</strong> asks for access to this sandbox organisation: $scope.</p>
<form method="post">
$kept
<label for="user">Sign in as</label>
<select id="user" name="user_id">
$users
</select>
<div class="answers">
<button name="decision" value="deny">Deny</button>
<button name="decision" value="allow">Allow</button>
</div>
</form>""")


def question_page(
    client: Client, users: Iterable[Row], *, scope: str, hint: str, kept: Mapping[str, str]
) -> str:
    """Asks who one is and whether the client may. `hint` is the username to begin with, `kept` the client's request."""
    options = "\n".join(
        f'<option value="{escape(str(user["Id"]))}"'
        f"{' selected' if str(user['Username']).lower() == hint.lower() else ''}>"
        f"{escape(str(user['Name']))} ({escape(str(user['Username'] or 'no username'))})</option>"
        for user in users
    )
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in kept.items()
    )
    content = _QUESTION.substitute(
        client=escape(client.name), scope=escape(scope), kept=hidden, users=options
    )
    return _FRAME.substitute(title="Allow access?", content=content)


def error_page(code: str, description: str) -> str:
    """Says why nothing can be asked; the words are those Salesforce puts into its addresses."""
    content = f"<p>error={escape(code)}&amp;error_description={escape(description)}</p>"
    return _FRAME.substitute(title="OAuth Error", content=content)
