"""Users in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from base.admin_site import OpsAdmin
from base.forms import NewUserForm, UserForm
from base.models import User


@admin.register(User)
class OpsUserAdmin(OpsAdmin, UserAdmin):  # type: ignore[type-arg]
    """Who logs in, with which role, as which Salesforce user. Leavers are switched off, not deleted."""

    form = UserForm
    add_form = NewUserForm
    list_display = ("username", "first_name", "last_name", "role", "salesforce_id", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "first_name", "last_name", "email", "salesforce_id")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "time_zone")}),
        ("What they see", {"fields": ("role", "salesforce_id")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username", "usable_password", "password1", "password2",
                    "first_name", "last_name", "role", "salesforce_id", "time_zone",
                )
            },
        ),
    )  # fmt: skip
