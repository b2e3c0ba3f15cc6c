"""Addresses of the API."""

from __future__ import annotations

from django.urls import path, re_path

from metrics.api import (
    acting,
    cycles,
    exceptions,
    explanations,
    figures,
    model_settings,
    people,
    pulls,
    reasons,
    requests,
)
from metrics.api.nowhere import Nowhere

RECORD = "(?P<record_id>[A-Za-z0-9]{15,18})"

urlpatterns = [
    path("people/", people.People.as_view()),
    re_path(rf"^people/{RECORD}/$", people.OnePerson.as_view()),
    re_path(rf"^people/{RECORD}/touches/$", people.Touches.as_view()),
    re_path(rf"^people/{RECORD}/explanation/$", explanations.Explanation.as_view()),
    re_path(rf"^people/{RECORD}/log/$", acting.LogTouch.as_view()),
    re_path(rf"^people/{RECORD}/close/$", acting.CloseCycle.as_view()),
    re_path(rf"^people/{RECORD}/follow-up/$", acting.PlanFollowUp.as_view()),
    re_path(rf"^people/{RECORD}/give-back/$", acting.NotMine.as_view()),
    path("cycles/", cycles.Cycles.as_view()),
    path("spans/", cycles.Spans.as_view()),
    path("pulls/", pulls.Pulls.as_view()),
    path("reasons/", reasons.Reasons.as_view()),
    path("exceptions/", exceptions.Exceptions.as_view()),
    path("exceptions/<int:number>/end/", exceptions.EndException.as_view()),
    path("requests/", requests.Requests.as_view()),
    path("requests/<int:number>/", requests.OneRequest.as_view()),
    path("requests/<int:number>/grant/", requests.GrantRequest.as_view()),
    path("requests/<int:number>/refuse/", requests.RefuseRequest.as_view()),
    path("figures/", figures.Figures.as_view()),
    path("figures/<slug:figure>/rows/", figures.Rows.as_view()),
    path("settings/", model_settings.Versions.as_view()),
    path("settings/<int:number>/", model_settings.OneVersion.as_view()),
    path("settings/in-force/", model_settings.InForce.as_view()),
    path("settings/check/", model_settings.Check.as_view()),
    # whatever is left, with line breaks too
    re_path(r"^(?P<rest>[\s\S]*)$", Nowhere.as_view()),
]
