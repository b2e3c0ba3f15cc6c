"""Where Salesforce sends browsers back to."""

from __future__ import annotations

from django.urls import path

from sync import views

urlpatterns = [path("salesforce/callback/", views.callback, name="salesforce-callback")]
