"""Addresses of a person's page, of target accounts', of mails, of what people are told, and of what automation did."""

from __future__ import annotations

from django.urls import path, re_path

from alerts import (
    account_views,
    audit_views,
    automation_views,
    ledger_views,
    person_views,
    slack_views,
    told_views,
    views,
)
from leadmodel.urls import RECORD

ACCOUNT = "(?P<account_id>001[A-Za-z0-9]{15})"

urlpatterns = [
    re_path(rf"^people/{RECORD}/$", person_views.person, name="person"),
    re_path(rf"^people/{RECORD}/erase/$", person_views.erase, name="erase"),
    path("told/", told_views.told, name="told"),
    path("told/bell/", told_views.bell, name="bell"),
    path("told/read/", told_views.read_all, name="told-read-all"),
    path("told/<int:number>/read/", told_views.read_one, name="told-read"),
    path("told/choices/", told_views.choices, name="telling"),
    path("told/choices/keep/", told_views.choose, name="telling-choose"),
    path("assignments/", ledger_views.assignments, name="assignments"),
    path("assignments/rows.csv", ledger_views.assignments_csv, name="assignments-csv"),
    path("told/messages/", told_views.sent, name="messages"),
    path("told/messages/rows.csv", told_views.sent_csv, name="messages-csv"),
    path("told/messages/<int:number>/again/", told_views.again, name="message-again"),
    path("settings/slack/", slack_views.slack, name="slack"),
    path("settings/slack/connect/", slack_views.connect, name="slack-connect"),
    path("settings/slack/test/", slack_views.test, name="slack-test"),
    path("settings/slack/disconnect/", slack_views.disconnect, name="slack-disconnect"),
    path("target-accounts/", account_views.target_accounts, name="target-accounts"),
    path("target-accounts/rows.csv", account_views.target_accounts_csv, name="target-accounts-csv"),
    re_path(rf"^target-accounts/{ACCOUNT}/$", account_views.target_account, name="target-account"),
    path("escalations/", ledger_views.escalations, name="escalations"),
    path("escalations/rows.csv", ledger_views.escalations_csv, name="escalations-csv"),
    path("settings/automation/", automation_views.automation, name="automation"),
    path("settings/automation/switch/", automation_views.switch, name="automation-switch"),
    path("audit/", audit_views.audit, name="audit"),
    path("audit/auditor/", audit_views.auditor, name="auditor"),
    path("audit/rows.csv", audit_views.audit_csv, name="audit-csv"),
    path("automation/", ledger_views.did, name="did"),
    path("automation/rows.csv", ledger_views.did_csv, name="did-csv"),
    path("mails/", views.mails, name="mails"),
    path("mails/preview.html", views.preview, name="mail-preview"),
    path("mails/choice/", views.choice, name="mail-choice"),
    path("mails/sent/", views.sent, name="mails-sent"),
    path("mails/sent/rows.csv", views.sent_csv, name="mails-csv"),
    path("mails/<int:number>/", views.mail, name="mail"),
    path("mails/<int:number>/body.html", views.body, name="mail-body"),
    path("mails/<int:number>/again/", views.again, name="mail-again"),
]
