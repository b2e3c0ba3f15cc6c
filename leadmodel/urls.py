"""Addresses of the pages about people; a person's own, which tells of figures and automation too, is alerts'."""

from __future__ import annotations

from django.urls import include, path, re_path

from leadmodel import posts, views

RECORD = "(?P<record_id>[A-Za-z0-9]{15,18})"

urlpatterns = [
    path("people/", views.people, name="people"),
    re_path(rf"^people/{RECORD}/act/$", views.act, name="act"),
    re_path(rf"^people/{RECORD}/marks/$", views.marks, name="marks"),
    re_path(rf"^people/{RECORD}/log/$", posts.log, name="log"),
    re_path(rf"^people/{RECORD}/close/$", posts.close, name="close"),
    re_path(rf"^people/{RECORD}/follow-up/$", posts.follow_up, name="follow-up"),
    re_path(rf"^people/{RECORD}/assign/$", posts.assign, name="assign"),
    re_path(rf"^people/{RECORD}/give-back/$", posts.give_back, name="give-back"),
    re_path(rf"^people/{RECORD}/contest/$", posts.contest, name="contest"),
    path("requests/", views.requests, name="requests"),
    path("requests/<int:number>/grant/", posts.grant, name="grant"),
    path("requests/<int:number>/refuse/", posts.refuse, name="refuse"),
    path("exceptions/", views.ledger, name="ledger"),
    path("exceptions/rows.csv", views.ledger_csv, name="ledger-csv"),
    path("exceptions/grant/", posts.leave_out, name="leave-out"),
    path("exceptions/<int:number>/end/", posts.end_exception, name="end-exception"),
    path("writes/<int:number>/undo/", posts.undo, name="undo"),
    path("", include("leadmodel.ops.urls")),
]
