"""The addresses of the app: each app's own `urls.py`, log-out, the admin, monitors."""

from __future__ import annotations

import importlib.util

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from config.health import healthz
from config.monitors import health, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("healthz", healthz),
    path("health/", health),
    path("metrics", metrics),
]
urlpatterns += [
    path("", include(f"{app}.urls"))
    for app in ("base", "sync", "leadmodel", "metrics", "alerts")
    if importlib.util.find_spec(f"{app}.urls")
]
