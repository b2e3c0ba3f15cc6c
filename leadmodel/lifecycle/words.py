"""The closed sets of the lead model in words, and the rule each follows."""

from __future__ import annotations

from leadmodel.lifecycle.cycles import Why
from leadmodel.lifecycle.lead_types import Relation
from leadmodel.lifecycle.stages import Ending, Entry, Trigger

TRIGGERS = {
    Trigger.STATUS: "the status entered an Assigned one",
    Trigger.ASSIGNED_DATE: "the Assigned Date was set",
    Trigger.OWNER: "a rep took over from a queue or machine",
    Trigger.OUTBOUND_PULL: "an outbound rep's first touch pulled the person",
}
ENDINGS = {
    Ending.STATUS: "by status",
    Ending.CONVERSION: "by conversion",
    Ending.OPPORTUNITY: "by the opportunity's stage",
    Ending.BACK_TO_RAW: "the status went back to Raw",
    Ending.MERGED: "the person was merged into another whose cycle runs on",
}
RULE_OF_ENDING = {
    Ending.STATUS: "M8",
    Ending.CONVERSION: "K3",
    Ending.OPPORTUNITY: "M8",
    Ending.BACK_TO_RAW: "K4",
    Ending.MERGED: "K6",
}
ENTRIES = {
    Entry.FIRST: "",
    Entry.TIMED_RETURN: "came back by a machine's timed return",
    Entry.INBOUND_ACTION: "came back by an action of their own",
    Entry.MANUAL: "was brought back by hand",
}
WHYS = {
    Why.COUNTED: "a touch",
    Why.ANSWERED_AT_ONCE: "automatic, but the person answered at once: it counts",
    Why.LOGGED_LATE: "logged shortly after the same rep's disposition: it counts, at the disposition's time",
    Why.AUTOMATIC_USER: "not a touch: its owner is no human of the sales organisation",
    Why.AUTOMATIC_SUBTYPE: "not a touch: its subtype is an automatic one",
    Why.AUTOMATIC_SUBJECT: "not a touch: its subject is an engagement tool's",
    Why.INBOUND: "not a touch: it came from the person",
    Why.NOT_DONE: "not a touch: the task is not completed",
    Why.NO_CYCLE: "counted in no cycle: none was open",
}
RULE_OF_WHY = dict.fromkeys(Why, "M7") | {Why.LOGGED_LATE: "M9", Why.NO_CYCLE: "M9"}
RELATIONS = {
    Relation.OPEN_OPPORTUNITY: "An opportunity was open when the cycle began",
    Relation.CUSTOMER: "The person, or the company, was a customer when the cycle began",
}
RULES = {
    "M3": "A state is told as of an instant",
    "M5": "An assignment opens a cycle",
    "M6": "Only a touch makes Working",
    "M7": "What is a touch",
    "M8": "A disposition closes a cycle",
    "M9": "Calls logged just after a disposition",
    "M10": "Closed without a touch is picked up, never answered",
    "M11": "Closed by automation",
    "M12": "Spans: who held the person",
    "M13": "Coming back",
    "M14": "After qualified",
    "M16": "Exceptions",
    "M17": "Calendar hours are the clock",
    "M18": "Promises with a time in them",
    "K3": "Conversion",
    "K4": "Back to Raw",
    "K6": "Merges",
    "K11": "Back-dated activities",
}
"""The rules that sentences name, in a few words."""
