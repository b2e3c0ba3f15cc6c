"""The rows a change leaves behind: field history, and an opportunity's stage history."""

from __future__ import annotations

from sandbox.org.schema import Field, SObject, Value
from sandbox.org.store import Row, Store

_DATA_TYPES = {
    "boolean": "Boolean",
    "int": "Integer",
    "double": "Double",
    "percent": "Percent",
    "currency": "Currency",
    "date": "DateOnly",
    "datetime": "DateTime",
    "picklist": "DynamicEnum",
    "phone": "Phone",
    "email": "Email",
    "url": "Url",
}
_STAGE_FIELDS = ("StageName", "Amount", "ExpectedRevenue", "CloseDate", "Probability", "ForecastCategory")


def record_event(store: Store, one: SObject, record_id: str, event: str, *, user_id: str, at: str) -> None:
    """A row that tells of no field: `created`, `leadConverted`, `leadMerged` and their like."""
    if one.history_object is not None:
        _write(store, one, record_id, event, (None, None, "Text"), user_id=user_id, at=at)


def record_changes(store: Store, one: SObject, before: Row, after: Row, *, user_id: str, at: str) -> None:
    """One row per tracked field that differs; two for a look-up: names, then Ids."""
    if one.history_object is None:
        return
    record_id = str(after["Id"])
    for field in one.fields:
        old, new = before.get(field.name), after.get(field.name)
        if not field.tracked or old == new:
            continue
        if field.type == "reference":
            names = (_name_of(store, field, old), _name_of(store, field, new), "Text")
            _write(store, one, record_id, field.history_name, names, user_id=user_id, at=at)
            _write(store, one, record_id, field.history_name, (old, new, "EntityId"), user_id=user_id, at=at)
        else:
            kind = _DATA_TYPES.get(field.type, "Text")
            told = (_told(field, old), _told(field, new), kind)
            _write(store, one, record_id, field.history_name, told, user_id=user_id, at=at)


def record_stage(store: Store, opportunity: Row, *, user_id: str, at: str) -> None:
    """OpportunityHistory: the deal as it stands after its creation or after a change of stage, amount or date."""
    store.insert_many(
        "OpportunityHistory",
        [
            {
                "Id": store.new_id("OpportunityHistory"),
                "OpportunityId": opportunity["Id"],
                "CreatedById": user_id,
                "CreatedDate": at,
                **{name: opportunity.get(name) for name in _STAGE_FIELDS},
                "SystemModstamp": at,
            }
        ],
    )


def stage_changed(before: Row, after: Row) -> bool:
    """Whether a change of an opportunity belongs into its stage history."""
    return any(before.get(name) != after.get(name) for name in _STAGE_FIELDS)


def _write(
    store: Store,
    one: SObject,
    record_id: str,
    field: str,
    told: tuple[Value, Value, str],
    *,
    user_id: str,
    at: str,
) -> None:
    """`told` is old value, new value and DataType."""
    assert one.history_object is not None
    old, new, kind = told
    store.insert_many(
        one.history_object,
        [
            {
                "Id": store.new_id(one.history_object),
                f"{one.name}Id": record_id,
                "CreatedById": user_id,
                "CreatedDate": at,
                "Field": field,
                "DataType": kind,
                "OldValue": old,
                "NewValue": new,
            }
        ],
    )


def _name_of(store: Store, field: Field, record_id: Value) -> Value:
    if not isinstance(record_id, str):
        return None
    for target in field.reference_to:
        one = store.schema.get(target)
        if one is None or one.name_field is None or not record_id.startswith(one.key_prefix):
            continue
        found = store.row(target, record_id)
        if found is not None:
            return found[one.name_field.name]
    return None


def _told(field: Field, value: Value) -> Value:
    if field.type == "textarea":
        # of long text only the fact of the change is kept
        return None
    if field.type == "boolean":
        return "true" if value else "false"
    return value
