"""The viewer's HTML. What mails say is escaped, but for their HTML part, which stands alone in a frame."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from html import escape
from string import Template

from sandbox.post.mailbox import MOST_MAILS, Mail, Posted
from sandbox.post.reading import Read, read
from sandbox.post.slack import shown

_FRAME = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><a href="/">Mail viewer</a><a class="other" href="/slack">Slack</a>
<span>messages of this machine, delivered to nobody</span></header>
<main>
$content
</main>
</body>
</html>
""")
_HEAD = re.compile(r"<head(?:\s[^>]*)?>|<html(?:\s[^>]*)?>|<!doctype[^>]*>", re.IGNORECASE)
_STYLES = re.compile(r"<style(?:\s[^>]*)?>(.*?)</style\s*>", re.IGNORECASE | re.DOTALL)


def all_mails(mails: Sequence[Mail], smtp: str) -> str:
    """The list, in the order given. `smtp`: where mails are taken."""
    if not mails:
        told = (
            '<section class="empty"><h2>No mail yet</h2>'
            f"<p>Whatever is sent by SMTP to {escape(smtp)} is shown here and goes no further. "
            '<a href="/">Look again</a></p></section>'
        )
        return _page("Mails", f"<h1>Mails</h1>\n{told}")
    rows = "\n".join(_row(mail) for mail in mails)
    content = (
        f'<div class="head"><h1>Mails</h1><a class="button" href="/">Look again</a></div>\n'
        '<table class="mails"><thead><tr><th scope="col">Subject</th><th scope="col">To</th>'
        f'<th scope="col">When</th></tr></thead>\n<tbody>\n{rows}\n</tbody></table>\n'
        f"<footer>{_counted(len(mails))}, newest first; the newest {MOST_MAILS} are kept. "
        f"Taken by SMTP at {escape(smtp)}.</footer>"
    )
    return _page("Mails", content)


def all_posts(posts: Sequence[Posted], webhook: str) -> str:
    """The messages to Slack, in the order given. `webhook`: where they are taken."""
    head = '<div class="head"><h1>Slack</h1><a class="button" href="/slack">Look again</a></div>'
    if not posts:
        told = (
            '<section class="empty"><h2>No message yet</h2>'
            f"<p>Whatever is posted to {escape(webhook)} is shown here and goes no further.</p></section>"
        )
        return _page("Slack", f"{head}\n{told}")
    rows = "\n".join(
        f'<tr id="post-{one.number}"><td><pre>{escape(shown(one.payload))}</pre></td><td>{_when(one.at)}</td></tr>'
        for one in posts
    )
    content = (
        f'{head}\n<table class="posts"><thead><tr><th scope="col">Message</th><th scope="col">When</th></tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table>\n<footer>The newest first; the newest {MOST_MAILS} are kept. "
        f"Taken at {escape(webhook)}, one a second.</footer>"
    )
    return _page("Slack", content)


def one_mail(mail: Mail, content: Read) -> str:
    """A mail: who, when, its HTML in a frame, its text, its headers."""
    subject = _subject(content)
    facts = [
        ("To", escape(_to(mail, content))),
        ("From", escape(content.header("From") or "nobody named")),
        ("When", _when(mail.first_at)),
    ]
    if mail.times > 1:
        facts.append(("Came", f"{mail.times} times with the same Message-ID, last {_when(mail.latest_at)}"))
    if content.others:
        facts.append(("Carries", escape(", ".join(content.others))))
    told = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    parts = [f"<h1>{escape(subject)}</h1>\n<dl>{told}</dl>"]
    if content.html is not None:
        parts.append(
            '<iframe title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" '
            f'src="/mails/{mail.number}/html"></iframe>'
        )
    if content.text is not None:
        is_open = "" if content.html is not None else " open"
        parts.append(
            f"<details{is_open}><summary>As plain text</summary><pre>{escape(content.text)}</pre></details>"
        )
    headers = "\n".join(f"{name}: {value}" for name, value in content.headers)
    parts.append(f"<details><summary>Headers</summary><pre>{escape(headers)}</pre></details>")
    parts.append(f'<footer><a href="/mails/{mail.number}/source">As it came over the line</a></footer>')
    return _page(subject, "\n".join(parts))


def refused(sentence: str) -> str:
    """Why there is nothing to see."""
    return _page("Not here", f'<section class="empty"><h1>Not here</h1><p>{escape(sentence)}</p></section>')


def framed(html: str) -> tuple[str, str]:
    """A mail's HTML for its frame, and the policy under which a browser shows it.

    Its own style sheets and images it carries in itself, links in a window of their own, and nothing else: no script,
    nothing from elsewhere, nothing of these pages.
    """
    # as browsers read it: the digests are of that
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    digests = (b64encode(sha256(style.encode()).digest()).decode() for style in _STYLES.findall(html))
    styles = " ".join(f"'sha256-{digest}'" for digest in dict.fromkeys(digests)) or "'none'"
    policy = (
        f"default-src 'none'; style-src {styles}; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    found = max(_HEAD.finditer(html), key=_weight, default=None)
    place = found.end() if found else 0
    return f'{html[:place]}<base target="_blank">{html[place:]}', policy


def _weight(found: re.Match[str]) -> int:
    """A head is the best place for what belongs into it; of two alike the first."""
    return ("<!d", "<ht", "<he").index(found[0][:3].lower())


def _page(title: str, content: str) -> str:
    return _FRAME.substitute(title=escape(f"{title} · Mail viewer"), content=content)


def _row(mail: Mail) -> str:
    content = read(mail.content)
    times = f' <span class="badge">{mail.times} times</span>' if mail.times > 1 else ""
    return (
        f'<tr><td><a href="/mails/{mail.number}">{escape(_subject(content))}</a>{times}</td>'
        f"<td>{escape(_to(mail, content))}</td><td>{_when(mail.latest_at)}</td></tr>"
    )


def _subject(content: Read) -> str:
    return content.header("Subject") or "(no subject)"


def _to(mail: Mail, content: Read) -> str:
    return content.header("To") or ", ".join(mail.recipients) or "nobody named"


def _when(at: datetime) -> str:
    """In the zone of this machine, which is the reader's."""
    local = at.astimezone()
    return f'<time datetime="{at.isoformat()}">{local:%a %Y-%m-%d %H:%M:%S} {escape(local.tzname() or "")}</time>'


def _counted(number: int) -> str:
    return "1 mail" if number == 1 else f"{number} mails"
