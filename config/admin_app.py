"""Django's admin, with the app's own site."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class OpsAdminConfig(AdminConfig):
    """The admin that is operations' only."""

    default_site = "base.admin_site.OpsAdminSite"
