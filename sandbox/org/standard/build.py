"""Short ways to declare fields, and the ones nearly every object shares."""

from __future__ import annotations

from sandbox.org.schema import Field


def text(
    name: str,
    length: int,
    *,
    required: bool = False,
    tracked: bool = False,
    name_field: bool = False,
    unique: bool = False,
) -> Field:
    """A line of text of at most `length` characters."""
    return Field(
        name, "string", length, nillable=not required, tracked=tracked, name_field=name_field, unique=unique
    )


def pick(
    name: str,
    *values: str,
    required: bool = False,
    default: bool = False,
    tracked: bool = False,
    length: int = 255,
    restricted: bool = False,
) -> Field:
    """A picklist; `default` says that the organisation fills it when a new record leaves it out.

    Any text can be written into it unless it is restricted to its values.
    """
    return Field(
        name,
        "picklist",
        length,
        nillable=not required,
        defaulted_on_create=default,
        values=values,
        restricted=restricted,
        tracked=tracked,
    )


def ref(
    name: str, *targets: str, relation: str | None = None, required: bool = False, default: bool = False,
    tracked: bool = False, read_only: bool = False,
) -> Field:  # fmt: skip
    """A look-up; its relationship is called like the field without `Id` unless `relation` says otherwise."""
    return Field(
        name,
        "reference",
        18,
        nillable=not required,
        createable=not read_only,
        updateable=not read_only,
        defaulted_on_create=default,
        reference_to=targets,
        relationship_name=relation or name.removesuffix("Id"),
        tracked=tracked,
    )


def flag(name: str, *, read_only: bool = False) -> Field:
    """A checkbox: never null, false unless set."""
    return Field(
        name,
        "boolean",
        nillable=False,
        defaulted_on_create=True,
        createable=not read_only,
        updateable=not read_only,
    )


def whole(name: str, digits: int = 8, *, read_only: bool = False) -> Field:
    """A whole number of at most so many digits."""
    return Field(name, "int", precision=digits, createable=not read_only, updateable=not read_only)


def money(name: str, *, tracked: bool = False) -> Field:
    """An amount in the organisation's currency."""
    return Field(name, "currency", precision=18, scale=2, tracked=tracked)


def date(name: str, *, required: bool = False, read_only: bool = False, tracked: bool = False) -> Field:
    """A calendar day."""
    return Field(
        name,
        "date",
        nillable=not required,
        createable=not read_only,
        updateable=not read_only,
        tracked=tracked,
    )


def moment(name: str, *, required: bool = False, read_only: bool = False) -> Field:
    """An instant."""
    return Field(name, "datetime", nillable=not required, createable=not read_only, updateable=not read_only)


def long_text(name: str, length: int = 32000) -> Field:
    """Text of several lines, which cannot be filtered by."""
    return Field(name, "textarea", length, filterable=False)


def address(prefix: str = "") -> tuple[Field, ...]:
    """The parts of an address; the compound field itself is not kept."""
    return (
        Field(f"{prefix}Street", "textarea", 255),
        text(f"{prefix}City", 40),
        text(f"{prefix}State", 80),
        text(f"{prefix}PostalCode", 20),
        text(f"{prefix}Country", 80),
    )


ID = Field(
    "Id", "id", 18, nillable=False, createable=False, updateable=False, defaulted_on_create=True, unique=True
)
DELETED = flag("IsDeleted", read_only=True)
CREATED = (
    moment("CreatedDate", required=True, read_only=True),
    ref("CreatedById", "User", required=True, read_only=True),
)
STAMPS = (
    *CREATED,
    moment("LastModifiedDate", required=True, read_only=True),
    ref("LastModifiedById", "User", required=True, read_only=True),
    moment("SystemModstamp", required=True, read_only=True),
)
VIEWED = (moment("LastViewedDate", read_only=True), moment("LastReferencedDate", read_only=True))

COMPOUND_NAME = Field(
    "Name", "string", 121, nillable=False, createable=False, updateable=False, defaulted_on_create=True,
    name_field=True,
)  # fmt: skip
PERSON_NAME = (
    text("LastName", 80, required=True),
    text("FirstName", 40),
    pick("Salutation", "Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", length=40),
    COMPOUND_NAME,
)
LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
INDUSTRIES = (
    "Agriculture", "Banking", "Biotechnology", "Communications", "Construction", "Consulting", "Education",
    "Electronics", "Energy", "Finance", "Healthcare", "Insurance", "Manufacturing", "Media", "Retail", "Shipping",
    "Technology", "Telecommunications", "Transportation", "Utilities", "Other",
)  # fmt: skip
CAMPAIGN_TYPES = ("Conference", "Webinar", "Trade Show", "Referral Program", "Email", "Direct Mail", "Other")
STAGES = (
    "Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Id. Decision Makers",
    "Perception Analysis", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost",
)  # fmt: skip
FORECAST_CATEGORIES = ("Omitted", "Pipeline", "BestCase", "Forecast", "Closed")
