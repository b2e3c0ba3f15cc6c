"""Forms of users in the admin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm

from base.models import Role, User
from base.zones import zone_names

USER_ID = re.compile(r"005[A-Za-z0-9]{15}")


if TYPE_CHECKING:  # generic for the type checker, not while running
    _Form = forms.ModelForm[User]
    _Change = UserChangeForm[User]
    _Create = AdminUserCreationForm[User]
else:
    _Form, _Change, _Create = forms.ModelForm, UserChangeForm, AdminUserCreationForm


class _Checked(_Form):
    """What both forms check."""

    def clean_salesforce_id(self) -> str | None:
        """A whole Id of a Salesforce user, or none."""
        value: str | None = self.cleaned_data.get("salesforce_id")
        if value and not USER_ID.fullmatch(value):
            raise forms.ValidationError(
                f"“{value}” is no Salesforce user Id: write all 18 characters, beginning with 005."
            )
        return value or None

    def clean_time_zone(self) -> str:
        """A zone this machine knows."""
        value: str = self.cleaned_data["time_zone"]
        if value not in zone_names():
            raise forms.ValidationError(f"“{value}” is no time zone: write one like Europe/Berlin.")
        return value


class UserForm(_Checked, _Change):
    """Change a user. The last one of operations stays that: nobody else could make another."""

    def clean(self) -> dict[str, Any]:
        """Somebody is left who may come in here."""
        data = super().clean() or self.cleaned_data
        before = self.instance
        was_ops = before.role == Role.OPS and before.is_active
        if was_ops and not (data.get("role", Role.OPS) == Role.OPS and data.get("is_active")):
            # two who switch each other off at once come here one after the other, in the admin's transactions
            there = User.objects.filter(role=Role.OPS, is_active=True).order_by("pk").select_for_update()
            if not [one for one in there if one.pk != before.pk]:
                raise forms.ValidationError(
                    f"{before} is the last active account of operations: make another before this one goes."
                )
        return data


class NewUserForm(_Checked, _Create):
    """Add a user."""
