"""Addresses of the pages of operations."""

from __future__ import annotations

from django.urls import path

from leadmodel.ops import views

urlpatterns = [
    path("settings/salesforce/", views.salesforce, name="salesforce"),
    path("settings/salesforce/connect/", views.connect, name="salesforce-connect"),
    path("settings/salesforce/disconnect/", views.disconnect, name="salesforce-disconnect"),
]
