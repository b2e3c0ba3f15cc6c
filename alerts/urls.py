"""Addresses of the pages of mails."""

from __future__ import annotations

from django.urls import path

from alerts import views

urlpatterns = [
    path("mails/", views.mails, name="mails"),
    path("mails/preview.html", views.preview, name="mail-preview"),
    path("mails/choice/", views.choice, name="mail-choice"),
    path("mails/sent/", views.sent, name="mails-sent"),
    path("mails/sent/rows.csv", views.sent_csv, name="mails-csv"),
    path("mails/<int:number>/", views.mail, name="mail"),
    path("mails/<int:number>/body.html", views.body, name="mail-body"),
    path("mails/<int:number>/again/", views.again, name="mail-again"),
]
