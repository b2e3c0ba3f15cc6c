"""How topics, channels and decisions are called. Pure."""

from __future__ import annotations

from enum import StrEnum

from leadmodel.lifecycle.telling import Channel, Topic


class Name(StrEnum):
    """Why somebody is told now: the stored name of the decision."""

    FIRST = "first"
    WORSENED = "worsened"
    REPEAT_DUE = "repeat_due"
    RESOLVED = "resolved"
    MUTED = "muted"


NAMES = {
    Name.FIRST: "",
    Name.WORSENED: "worse",
    Name.REPEAT_DUE: "still so",
    Name.RESOLVED: "resolved",
    Name.MUTED: "muted",
}
"""The word beside a line; the first time is the usual one and needs none."""
TOPICS = {
    Topic.RESPONSE: ("Waiting for an answer", "somebody waits past, or nearly past, the promised time"),
    Topic.HAND_OFF: ("Handed off", "somebody qualified was handed to a rep who does not take them up"),
    Topic.RETURN: (
        "Return from Nurture",
        "it is time to look again at somebody you hold in Nurture, or the day you planned to",
    ),
    Topic.MEETING: (
        "Meetings",
        "a meeting is over and nobody says what became of it, or nobody came and too little was done since",
    ),
    Topic.IDLE_ACCOUNT: (
        "Idle target accounts",
        "the owner of a target account has been in touch with nobody of it for too long",
    ),
    Topic.REASSIGNED: ("Changed hands", "automation gave somebody to another rep"),
    Topic.COULD_NOT_ASSIGN: ("Could not be assigned", "nobody may get somebody who should change hands"),
    Topic.ABANDONED: ("Given up", "automation gave somebody up whom nobody touched any more"),
    Topic.RESOLVED: ("Resolved", "somebody you were told of is answered, disposed of or in other hands"),
}
"""What each topic is called, and what it tells."""
_MANY = {
    Topic.RESPONSE: "{} people wait for an answer",
    Topic.HAND_OFF: "{} people wait to be taken up",
    Topic.RETURN: "{} people in Nurture are to be looked at again",
    Topic.MEETING: "{} meetings are to be marked or followed up",
    Topic.IDLE_ACCOUNT: "{} target accounts are idle",
    Topic.REASSIGNED: "{} people changed hands",
    Topic.COULD_NOT_ASSIGN: "{} people could not be assigned",
    Topic.ABANDONED: "{} people were given up",
    Topic.RESOLVED: "{} people you were told of need nothing more",
}
NOTICES = "notice."
"""Kinds of messages that tell notices begin with this."""
KINDS = {Channel.MAIL: f"{NOTICES}mail", Channel.SLACK: f"{NOTICES}slack"}
"""The kind of messages by each channel that has messages."""
CHANNELS = {Channel.BELL: "In the app", Channel.MAIL: "Mail", Channel.SLACK: "Slack"}


def many(topic: Topic, number: int) -> str:
    """The headline of a message that tells several of a topic."""
    return _MANY[topic].format(f"{number:,}")
