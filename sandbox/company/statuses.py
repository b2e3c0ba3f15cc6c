"""The company's 25 lead statuses, as ten years and three administrators left them."""

from __future__ import annotations

NEW = "New"
OPEN = "Open"
IMPORTED = "Imported"
ENGAGED = "Marketing Engaged"

ASSIGNED = "Assigned"
ASSIGNED_P1 = "Assigned - Priority"
RECYCLED = "Recycled - Assigned"
PULLED = "Outbound - Pulled"

WORKING = "Working"
ATTEMPTING = "Working - Attempting"
CONNECTED = "Working - Connected"
CALL_BACK = "Working - Call Back"
RESCHEDULING = "Working - Rescheduling"

QUALIFIED = "Qualified"
QUALIFIED_OPPORTUNITY = "Qualified - Opportunity"

NURTURE = "Nurture"
ABANDONED = "Nurture - Abandoned"
AUTO_ABANDONED = "Nurture - Auto-abandoned"
LOST = "Nurture - Lost Opportunity"

UNQUALIFIED = "Unqualified"
OPTED_OUT = "Unqualified - Opted Out"

ON_HOLD = "On Hold"
PARTNER_REVIEW = "Partner Review"
LEGACY_POOL = "SDR Pool 2019"
DO_NOT_USE = "zz Do Not Use"

BY_STAGE: dict[str, tuple[str, ...]] = {
    "raw": (NEW, OPEN, IMPORTED, ENGAGED),
    "assigned": (ASSIGNED, ASSIGNED_P1, RECYCLED, PULLED),
    "working": (WORKING, ATTEMPTING, CONNECTED, CALL_BACK, RESCHEDULING),
    "qualified": (QUALIFIED, QUALIFIED_OPPORTUNITY),
    "nurture": (NURTURE, ABANDONED, AUTO_ABANDONED, LOST),
    "unqualified": (UNQUALIFIED, OPTED_OUT),
}
"""What `model.yaml` maps: 21 statuses."""

UNMAPPED = (ON_HOLD, PARTNER_REVIEW, LEGACY_POOL, DO_NOT_USE)
"""What nobody remembered to map."""

ALL = tuple(status for statuses in BY_STAGE.values() for status in statuses) + UNMAPPED

NURTURE_REASONS = (
    "Budget not available for 6+ months",
    "Product missing key feature for use case",
    "Re-evaluating internal processes",
    "Under contract with another vendor",
)
NO_RESPONSE = "No response after full cadence"
AUTOMATIC_REASON = "Auto-abandoned"
LOST_REASON = "Opportunity lost"
PRE_QUALIFICATION_REASONS = ("Student or job seeker", "No longer at organisation", "Competitor")
"""Reasons that may bypass working: whoever reads the record can see that they hold."""
UNQUALIFIED_REASONS = ("Incompatible systems", "Outside the countries we sell to")
VAGUE_REASON = "Not a fit"
OPT_OUT_REASON = "Asked not to be contacted"
