"""Addresses of the pages of operations."""

from __future__ import annotations

from django.urls import path

from leadmodel.ops import reading_views, views, write_back_views

urlpatterns = [
    path("settings/salesforce/", views.salesforce, name="salesforce"),
    path("settings/salesforce/connect/", views.connect, name="salesforce-connect"),
    path("settings/salesforce/disconnect/", views.disconnect, name="salesforce-disconnect"),
    path("settings/salesforce/check-up/", reading_views.checkup, name="salesforce-checkup"),
    path(
        "settings/salesforce/check-up/result/", reading_views.checkup_result, name="salesforce-checkup-result"
    ),
    path("settings/salesforce/check-up/ask/", reading_views.ask_checkup, name="salesforce-checkup-ask"),
    path("settings/salesforce/health/", reading_views.health, name="salesforce-health"),
    path("settings/salesforce/health/runs/", reading_views.runs, name="salesforce-runs"),
    path("settings/salesforce/health/runs/rows.csv", reading_views.runs_csv, name="salesforce-runs-csv"),
    path("settings/salesforce/reading/", reading_views.reading, name="salesforce-reading"),
    path("settings/salesforce/reading/start/", reading_views.start, name="salesforce-start"),
    path("settings/salesforce/reading/pause/", reading_views.pause, name="salesforce-pause"),
    path("settings/salesforce/write-back/", write_back_views.write_back, name="write-back"),
    path("settings/salesforce/write-back/rows.csv", write_back_views.write_back_csv, name="write-back-csv"),
    path("settings/salesforce/write-back/switch/", write_back_views.switch, name="write-back-switch"),
    path(
        "settings/salesforce/write-back/switches.csv",
        write_back_views.switches_csv,
        name="write-back-switches",
    ),
    path("settings/salesforce/write-back/after-all/", write_back_views.all_after_all, name="all-after-all"),
    path("writes/<int:number>/after-all/", write_back_views.after_all, name="after-all"),
    path("writes/<int:number>/again/", write_back_views.again, name="try-again"),
]
