"""Users in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from typing_extensions import override

from base import clock
from base.admin_site import OpsAdmin, ReadOnlyAdmin, is_ops
from base.forms import NewUserForm, UserForm
from base.models import ApiToken, User
from base.tokens import revoke_tokens
from base.words import counted

if TYPE_CHECKING:  # generic for the type checker, not while running
    _UserAdmin = UserAdmin[User]
else:
    _UserAdmin = UserAdmin


@admin.register(apps.get_model("axes", "AccessAttempt"))
class TriesAdmin(ReadOnlyAdmin):
    """Wrong passwords, by user name and address. Deleting them unlocks it before its time."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    fields = list_display
    actions = ("unlock",)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Operations unlock."""
        return is_ops(request)

    @admin.action(description="Unlock: forget these wrong passwords")
    def unlock(self, request: HttpRequest, tries: QuerySet[Model]) -> None:
        """Let the passwords of these be tried anew."""
        count, _ = tries.delete()
        self.message_user(request, f"Unlocked {counted(count, 'user name', 'user names')}.")


@admin.register(ApiToken)
class TokensAdmin(ReadOnlyAdmin):
    """Tokens by which programs act, whoever made them. Only their hash is kept, and it is not shown."""

    list_display = (
        "label", "user", "can_write", "created_at", "expires_at", "used_at", "revoked_at",
    )  # fmt: skip
    list_filter = ("can_write",)
    search_fields = ("label", "user__username")
    fields = list_display
    ordering = ("-pk",)
    actions = ("revoke",)

    @admin.action(description="Revoke: let these act no more")
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        """Take tokens back for whoever made them."""
        count = revoke_tokens(tokens, now=clock.now())
        self.message_user(request, f"Revoked {counted(count, 'token', 'tokens')}.")


@admin.register(User)
class OpsUserAdmin(OpsAdmin, _UserAdmin):
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
