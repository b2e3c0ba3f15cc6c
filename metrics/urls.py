"""Addresses of the pages of figures, of the API, and of the page of its tokens."""

from __future__ import annotations

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from metrics import (
    lead_type_views,
    model_views,
    ops_views,
    pick_up_views,
    pulls_views,
    reason_views,
    rep_views,
    replay_views,
    response_views,
    since_views,
    views,
)
from metrics.api import token_pages

PLACE = "(?P<place>target_account|customer|P[1-4])"

urlpatterns = [
    path("team/", views.team, name="team"),
    path("team/grid.csv", views.grid_csv, name="team-grid-csv"),
    path("team/rows.csv", views.rows_csv, name="team-rows-csv"),
    path("team/now.csv", views.now_csv, name="team-now-csv"),
    path("team/since/", since_views.since, name="since"),
    path("team/since/rows.csv", since_views.rows_csv, name="since-csv"),
    path("reasons/", reason_views.reasons, name="reasons"),
    path("reasons/mix.csv", reason_views.mix_csv, name="reasons-mix-csv"),
    path("reasons/rows.csv", reason_views.rows_csv, name="reasons-rows-csv"),
    path("response/", response_views.response, name="response"),
    path("response/split.csv", response_views.split_csv, name="response-split-csv"),
    path("response/rows.csv", response_views.rows_csv, name="response-rows-csv"),
    path("pick-up/", pick_up_views.pick_up, name="pick-up"),
    path("pick-up/split.csv", pick_up_views.split_csv, name="pick-up-split-csv"),
    path("pick-up/rows.csv", pick_up_views.rows_csv, name="pick-up-rows-csv"),
    path("pulls/", pulls_views.pulls, name="pulls"),
    path("pulls/days.csv", pulls_views.days_csv, name="pulls-days-csv"),
    path("pulls/rows.csv", pulls_views.rows_csv, name="pulls-rows-csv"),
    path("replay/", replay_views.replay, name="replay"),
    path("replay/rows.csv", replay_views.replay_csv, name="replay-csv"),
    path("rep/", rep_views.rep, name="rep"),
    path("rep/steps.csv", rep_views.steps_csv, name="rep-steps-csv"),
    path("rep/rows.csv", rep_views.rows_csv, name="rep-rows-csv"),
    path("queue/", views.queue, name="queue"),
    path("queue/rows.csv", views.queue_csv, name="queue-csv"),
    path("figures/", views.figures, name="figures"),
    path("settings/map/", ops_views.map_page, name="map"),
    path("settings/map/try/", ops_views.map_preview, name="map-preview"),
    path("settings/map/save/", ops_views.map_save, name="map-save"),
    path("settings/model/", model_views.versions, name="model"),
    path("settings/model/versions.csv", model_views.versions_csv, name="model-csv"),
    path("settings/model/<int:number>/", model_views.version, name="model-version"),
    path("settings/model/edit/", model_views.edit, name="model-edit"),
    path("settings/model/check/", model_views.check, name="model-check"),
    path("settings/model/try/", model_views.preview, name="model-try"),
    path("settings/model/apply/", model_views.apply, name="model-apply"),
    path("settings/lead-types/", lead_type_views.lead_types, name="lead-types"),
    re_path(rf"^settings/lead-types/{PLACE}/$", lead_type_views.rule, name="rule"),
    re_path(rf"^settings/lead-types/{PLACE}/count/$", lead_type_views.rule_count, name="rule-count"),
    re_path(rf"^settings/lead-types/{PLACE}/try/$", lead_type_views.rule_try, name="rule-try"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("account/tokens/", token_pages.tokens, name="tokens"),
    path("account/tokens/make/", token_pages.make, name="make-token"),
    path("account/tokens/<int:number>/revoke/", token_pages.revoke, name="revoke-token"),
    path("api/schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("api/v1/", include("metrics.api.urls")),
]
