"""What ops enters: exceptions and teams; and the versions of the model, to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from typing_extensions import override

from base import clock
from base.admin_site import OpsAdmin, ReadOnlyAdmin
from leadmodel.models import Absence, Exclusion, PersonRecord, SettingsVersion, TeamMembership
from leadmodel.rebuild import mark_everybody
from sync.models import User as SalesforceUser

if TYPE_CHECKING:  # generic for the type checker, not while running
    _ExclusionForm = forms.ModelForm[Exclusion]
    _MembershipForm = forms.ModelForm[TeamMembership]
    _AbsenceForm = forms.ModelForm[Absence]
else:
    _ExclusionForm = _MembershipForm = _AbsenceForm = forms.ModelForm


def _known_user(value: str) -> str:
    """A Salesforce user that was read."""
    user_id = value.strip()
    if not SalesforceUser.objects.filter(pk=user_id).exists():
        raise forms.ValidationError(
            f"There is no Salesforce user {user_id}: write all 18 characters, beginning with 005."
        )
    return user_id


class ExclusionForm(_ExclusionForm):
    """An exception: for a person there is, ending after it begins."""

    class Meta:
        model = Exclusion
        fields = ("record_id", "starts_at", "expires_at", "reason", "owner")

    def clean_record_id(self) -> str:
        """A Lead or Contact that was read."""
        value: str = self.cleaned_data["record_id"].strip()
        if not PersonRecord.objects.filter(record_id=value).exists():
            raise forms.ValidationError(
                f"There is no Lead or Contact {value}: write the 18-character Id from Salesforce's address bar."
            )
        return value

    def clean(self) -> dict[str, Any]:
        """The end comes after the start."""
        data = super().clean() or self.cleaned_data
        starts, expires = data.get("starts_at"), data.get("expires_at")
        if starts and expires and expires <= starts:
            self.add_error("expires_at", "The exception ends before it begins: write a later end.")
        return data


@admin.register(Exclusion)
class ExclusionAdmin(OpsAdmin):
    """Exceptions. One is never changed nor deleted, for past figures were told by it: it is ended on its page."""

    form = ExclusionForm
    list_display = ("record_id", "starts_at", "expires_at", "reason", "owner", "entered_at", "ended_at")
    search_fields = ("record_id", "reason")
    readonly_fields = ("entered_at",)

    @override
    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes what was granted (M3)."""
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Owned by who enters it."""
        return {**super().get_changeform_initial_data(request), "owner": request.user.pk}


class TeamMembershipForm(_MembershipForm):
    """A membership of a Salesforce user there is."""

    class Meta:
        model = TeamMembership
        fields = ("user_id", "team", "since")

    def clean_user_id(self) -> str:
        """A user that was read."""
        return _known_user(self.cleaned_data["user_id"])


@admin.register(TeamMembership)
class TeamMembershipAdmin(OpsAdmin):
    """Teams kept in this app. A change derives everybody anew."""

    form = TeamMembershipForm
    list_display = ("user_id", "team", "since")
    list_filter = ("team",)
    search_fields = ("user_id", "team")

    @override
    def save_model(
        self, request: HttpRequest, obj: TeamMembership, form: forms.ModelForm[Any], change: bool
    ) -> None:
        """Keep it, and have cycles told by it."""
        super().save_model(request, obj, form, change)
        mark_everybody()


class AbsenceForm(_AbsenceForm):
    """An absence of a Salesforce user there is, ending after it begins; one that is changed, from now on only (M3)."""

    class Meta:
        model = Absence
        fields = ("user_id", "starts_at", "ends_at", "why")

    def clean_user_id(self) -> str:
        """A user that was read."""
        return _known_user(self.cleaned_data["user_id"])

    def clean(self) -> dict[str, Any]:
        """The end comes after the start; what is over stays as it was entered."""
        data = super().clean() or self.cleaned_data
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "The absence ends before it begins: write a later end.")
        if self.instance.pk and any(at is not None and at < clock.now() for at in (starts, ends)):
            raise forms.ValidationError(
                "What is over stays as it was: write times from now on, or add another absence."
            )
        return data


@admin.register(Absence)
class AbsenceAdmin(OpsAdmin):
    """Who is away when. A change tells business time anew: of one that began the end may move, of one to come all."""

    form = AbsenceForm
    list_display = ("user_id", "starts_at", "ends_at", "why", "entered_by", "entered_at")
    search_fields = ("user_id", "why")
    readonly_fields = ("entered_at",)

    @override
    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes one that is over: figures and clocks were told by it."""
        is_over = isinstance(obj, Absence) and obj.ends_at <= clock.now()
        return not is_over and super().has_change_permission(request, obj)

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Who it is, and since when, of one that began."""
        has_begun = isinstance(obj, Absence) and obj.starts_at <= clock.now()
        return (*self.readonly_fields, *(("user_id", "starts_at") if has_begun else ()))

    @override
    def save_model(
        self, request: HttpRequest, obj: Absence, form: forms.ModelForm[Any], change: bool
    ) -> None:
        """Keep it, and have business time told by it."""
        obj.entered_by_id = request.user.pk
        super().save_model(request, obj, form, change)
        mark_everybody()


@admin.register(SettingsVersion)
class SettingsVersionAdmin(ReadOnlyAdmin):
    """The model's versions; a new one comes with Settings → Model or `manage.py model import`."""

    list_display = ("__str__", "entered_at", "entered_by", "why")
    readonly_fields = ("entered_at",)
