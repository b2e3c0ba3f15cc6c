"""What clients may learn of objects and fields."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from sandbox.org.org import Org
from sandbox.org.schema import NUMBER_TYPES, Field, Schema, SObject
from sandbox.org.standard.relations import children_name
from sandbox.server.answers import Call, answer, object_in

_SOAP_TYPES = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "date": "xsd:date",
    "datetime": "xsd:dateTime", "anyType": "xsd:anyType", "time": "xsd:time",
}  # fmt: skip
_UNGROUPABLE = frozenset({"textarea", "anyType", "datetime", "double", "currency", "percent"})
_BYTES_PER_CHARACTER = 3


@dataclass(frozen=True, slots=True)
class Describes:
    """Handlers of `sobjects` that tell of objects."""

    org: Org

    def everything(self, call: Call) -> Response:
        """GET sobjects."""
        schema = self.org.store.visible_schema
        told = [_summary(one, call.base) for one in schema.objects.values()]
        return answer({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": told})

    def basic(self, call: Call) -> Response:
        """GET sobjects/X: the object's properties; recent items are not kept."""
        one = object_in(call, self.org)
        return answer({"objectDescribe": _summary(one, call.base), "recentItems": []})

    def full(self, call: Call) -> Response:
        """GET sobjects/X/describe."""
        schema = self.org.store.visible_schema
        one = object_in(call, self.org)
        return answer(
            {
                **_summary(one, call.base),
                "actionOverrides": [],
                "childRelationships": _children(schema, one),
                "compactLayoutable": False,
                "fields": [described(field) for field in one.fields],
                "listviewable": None,
                "lookupLayoutable": None,
                "namedLayoutInfos": [],
                "networkScopeFieldName": None,
                "recordTypeInfos": [],
                "searchLayoutable": one.searchable,
                "supportedScopes": [{"label": f"All {one.label_plural}", "name": "everything"}],
            }
        )


def _summary(one: SObject, base: str) -> dict[str, object]:
    path = f"{base}/sobjects/{one.name}"
    return {
        "activateable": False,
        "associateEntityType": "History" if one.name.endswith("History") else None,
        "associateParentEntity": one.history_of,
        "createable": one.createable,
        "custom": one.custom,
        "customSetting": False,
        "deletable": one.deletable,
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": one.key_prefix,
        "label": one.label,
        "labelPlural": one.label_plural,
        "layoutable": one.searchable,
        "mergeable": one.mergeable,
        "mruEnabled": one.searchable,
        "name": one.name,
        "queryable": True,
        "replicateable": one.replicateable,
        "retrieveable": True,
        "searchable": one.searchable,
        "triggerable": one.triggerable,
        "undeletable": one.undeletable,
        "updateable": one.updateable,
        "urls": {"sobject": path, "describe": f"{path}/describe", "rowTemplate": f"{path}/{{ID}}"},
    }


def _children(schema: Schema, one: SObject) -> list[dict[str, object]]:
    return [
        {
            "cascadeDelete": False,
            "childSObject": child.name,
            "deprecatedAndHidden": False,
            "field": field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": children_name(child, field),
            "restrictedDelete": False,
        }
        for child in schema.objects.values()
        for field in child.fields
        if one.name in field.reference_to
    ]


def described(field: Field) -> dict[str, object]:
    """One field, with every key that recorded answers of real organisations have."""
    number = field.type in NUMBER_TYPES
    text = field.length > 0 and not number
    whole = field.type == "int"
    return {
        "aggregatable": field.filterable and field.type != "boolean",
        "aiPredictionField": False,
        "autoNumber": False,
        "byteLength": field.length * (1 if field.type in ("id", "reference") else _BYTES_PER_CHARACTER)
        if text
        else 0,
        "calculated": field.calculated,
        "calculatedFormula": None,
        "cascadeDelete": False,
        "caseSensitive": False,
        "compoundFieldName": "Name" if field.name in ("FirstName", "LastName", "Salutation") else None,
        "controllerName": None,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": False if field.type == "boolean" else None,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted_on_create,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.precision if whole else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": "personname" if field.name in ("FirstName", "LastName") else None,
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.filterable and field.type not in _UNGROUPABLE,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.type == "id" or field.name_field or field.unique or field.external_id,
        "inlineHelpText": None,
        "label": field.label or _label(field),
        "length": field.length if text else 0,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": field.polymorphic,
        "nillable": field.nillable,
        "permissionable": field.nillable,
        "picklistValues": [
            {"active": True, "defaultValue": False, "label": value, "validFor": None, "value": value}
            for value in field.values
        ],
        "polymorphicForeignKey": field.polymorphic,
        "precision": 0 if whole else field.precision,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship_name,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": field.type == "reference",
        "soapType": _SOAP_TYPES.get(field.type, "xsd:double" if number else "xsd:string"),
        "sortable": field.filterable,
        "type": field.type,
        "unique": field.unique and field.type != "id",
        "updateable": field.updateable,
        "writeRequiresMasterRead": False,
    }


def _label(field: Field) -> str:
    """`NumberOfEmployees` → `Number Of Employees`, `Assigned_Date__c` → `Assigned Date`."""
    if field.custom:
        return field.name.removesuffix("__c").replace("_", " ")
    name = field.name
    if field.type == "reference":
        name = name[:-2] + "ID" if name.endswith("Id") else name
    return "".join(
        f" {char}" if place and char.isupper() and not name[place - 1].isupper() else char
        for place, char in enumerate(name)
    )
