"""What our commands look at before they begin."""

from __future__ import annotations

from django.core.checks import Tags

SETTINGS = (Tags.security, Tags.files)
"""The system checks of the settings, for a command's `requires_system_checks`.

All there are is a matter of `manage.py check`: they import every page, which is a third of what a short command takes.
"""
