"""How the audit log's entries are called: what was acted on, what it became, and which automation acted. Pure."""

from __future__ import annotations

from alerts.ladder.words import of_act
from alerts.telling.words import CHANNELS, TOPICS
from alerts.telling.words import KINDS as MESSAGES
from leadmodel.lifecycle.clocks_of_accounts import OF_ACCOUNTS
from leadmodel.lifecycle.policies import Act
from leadmodel.pages.write_back import KINDS as WRITES

LADDER, ACCOUNT, TOLD = "ladder.", "account.", "told."
WHAT = {
    **{kind: f"Write: {words.lower()}" for kind, words in WRITES.items()},
    **{f"{LADDER}{act.value}": f"Step: {of_act(act.value).lower()}" for act in Act},
    **{f"{ACCOUNT}{act.value}": f"Idle account: {of_act(act.value).lower()}" for act in OF_ACCOUNTS},
    "reassignment": "Re-assignment",
    **{f"{TOLD}{topic.value}": f"Told: {words.lower()}" for topic, (words, _) in TOPICS.items()},
    **{kind: f"Message by {CHANNELS[channel]}" for channel, kind in MESSAGES.items()},
    "mail.clean-your-room": "“Clean your room” mail",
    "mail.clean-your-room-asked": "“Clean your room” mail, asked for",
    "mail.morning": "Morning mail",
    "mail.morning-asked": "Morning mail, asked for",
    "mail.digest": "Digest of what automation did",
    "mail.digest-asked": "Digest of what automation did, asked for",
    "settings": "Settings of the model",
    "exception": "Exception",
    "request.exception": "Request for an exception",
    "request.not_mine": "Request to take somebody back",
    "switch": "Switch",
    "connection": "Connection with Salesforce",
    "reading": "Reading Salesforce",
    "slack": "Slack's webhook",
    "log_in": "Log-in",
    "log_out": "Log-out",
    "token": "API token",
    "user": "Account",
    "absence": "Absence",
    "team": "Team",
    "names": "Names of somebody deleted",
    "choice": "Choice of what to be told",
    "export": "File",
}
"""What is acted on, in words."""
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "writes": ("Writes to Salesforce", ("salesforce.",)),
    "ladder": ("Steps of the ladder, words about accounts", (LADDER, ACCOUNT)),
    "reassignments": ("Re-assignments", ("reassignment",)),
    "told": ("Who was told", (TOLD, "notice.", "mail.")),
    "exceptions": ("Exceptions and requests", ("exception", "request.")),
    "settings": ("Settings and switches", ("settings", "switch")),
    "connections": ("Connections", ("connection", "reading", "slack")),
    "access": ("Log-ins, accounts, tokens", ("log_", "user", "token")),
    "files": ("Files that were taken", ("export",)),
    "people": ("Absences, teams, choices, erased names", ("absence", "team", "choice", "names")),
}
"""What the list can be narrowed to: its words, and how what it holds begins."""
AUTOMATIONS = (
    "auto-abandon", "auto-reassign", "ladder", "re-assignment", "write-back", "notices", "mails", "reading", "accounts",
    "erasing", "installation", "command line",
)  # fmt: skip
"""What may act by itself, as entries name it, and what is nobody's we know."""
BECAME = {
    "decided": ("decided", ""),
    "done": ("done", "good"),
    "conflict": ("a newer change won", "near"),
    "refused": ("refused", "bad"),
    "cancelled": ("cancelled", ""),
    "dry": ("dry run", ""),
    "again": ("to be done after all", ""),
    "untold": ("told nobody", "near"),
    "could_not": ("nobody may", "near"),
    "failed": ("failed", "bad"),
    "off": ("off", "near"),
}
"""What an entry became, where its own word does not say it all, and in which tone."""


def of_what(what: str) -> str:
    """What was acted on, in words; what this program does not know, by its own name."""
    return WHAT.get(what, what)


def of_became(became: str) -> tuple[str, str]:
    """What it became, and its tone."""
    return BECAME.get(became, (became.replace("_", " "), ""))
