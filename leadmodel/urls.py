"""Addresses of the pages about people."""

from __future__ import annotations

from django.urls import include, path, re_path

from leadmodel import views

urlpatterns = [
    path("people/", views.people, name="people"),
    re_path(r"^people/(?P<record_id>[A-Za-z0-9]{15,18})/$", views.person, name="person"),
    path("", include("leadmodel.ops.urls")),
]
