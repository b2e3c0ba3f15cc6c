"""Where people log in, and where Salesforce sends browsers back to."""

from __future__ import annotations

from django.urls import path

from sync import views

urlpatterns = [
    path("login/", views.LogIn.as_view(), name="login"),
    path("login/salesforce/", views.log_in_with_salesforce, name="salesforce-log-in"),
    path("salesforce/callback/", views.callback, name="salesforce-callback"),
]
