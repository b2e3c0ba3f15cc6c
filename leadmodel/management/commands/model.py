"""`manage.py model export|import|check FILE`: the lead model's settings as one commented YAML file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from base.command import SETTINGS
from leadmodel.models import SettingsVersion
from leadmodel.settings_file import WrongSettings, warnings
from leadmodel.settings_store import enter
from leadmodel.settings_template import shipped_yaml
from sync.fields import UnknownField


class Command(BaseCommand):
    """Export, import or check the settings."""

    requires_system_checks = SETTINGS
    help = "Export, import or check the lead model's settings (- for standard output or input)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the action and the file."""
        parser.add_argument("action", choices=("export", "import", "check"))
        parser.add_argument("file")
        parser.add_argument("--why", default="", help="kept with the version")

    def handle(self, *args: object, action: str, file: str, why: str, **options: object) -> None:
        """Do it; a wrong file is told line by line and changes nothing."""
        del args, options
        if action == "export":
            self._export(file)
            return
        text = self._read(file)
        try:
            self._warn(file, text)
            if action == "check":
                self.stdout.write(f"{file}: the settings are consistent")
            else:
                enter(text, why=why)
                self.stdout.write(f"{file}: in force; everybody is derived anew by the next rebuild")
        except (WrongSettings, UnknownField) as error:
            raise CommandError("\n".join(f"{file}: {line}" for line in str(error).splitlines())) from error

    def _warn(self, file: str, text: str) -> None:
        for sentence in warnings(text):
            self.stdout.write(self.style.WARNING(f"{file}: warning: {sentence}"))

    def _read(self, file: str) -> str:
        try:
            return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read ({error}); name a YAML file.") from error

    def _export(self, file: str) -> None:
        latest = SettingsVersion.objects.order_by("entered_at", "pk").last()
        text = latest.text if latest is not None else shipped_yaml()
        if file == "-":
            self.stdout.write(text, ending="")
            return
        try:
            Path(file).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{file} cannot be written ({error}); name another file.") from error
        self.stdout.write(f"{file}: written")
