"""The admin: operations only. For everybody else it does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from typing_extensions import override

from base.models import Role, User

if TYPE_CHECKING:  # generic for the type checker, not while running
    _Admin = ModelAdmin[Any]
else:
    _Admin = ModelAdmin


def is_ops(request: HttpRequest) -> bool:
    """Whether an active user of the ops role asks."""
    user = request.user
    return isinstance(user, User) and user.is_active and user.role == Role.OPS


class OpsAdminSite(AdminSite):
    """Django's admin behind the app's own log-in and role."""

    site_header = "Leadmodel: operations"
    site_title = "Leadmodel"
    index_title = "Settings and records"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Ops, whatever Django's own flags say. Raises Http404 for who is logged in as something else."""
        if request.user.is_authenticated and not is_ops(request):
            raise Http404("The admin is for operations.")
        return is_ops(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """To the app's log-in."""
        del extra_context
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("login"))


class OpsAdmin(_Admin):
    """Records that ops may see and change. Deleting is left to those who allow it."""

    actions: Sequence[str] | None = None

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        """Ops sees it in the index."""
        return is_ops(request)

    @override
    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Ops reads everything."""
        return is_ops(request)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        """Ops adds."""
        return is_ops(request)

    @override
    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Ops changes."""
        return is_ops(request)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes what figures were told by."""
        return False


class ReadOnlyAdmin(OpsAdmin):
    """Records that only the app itself writes."""

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds."""
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes."""
        return False
