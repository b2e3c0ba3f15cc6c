"""Users of the app and their roles: what every app stands on."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from typing_extensions import override


class Role(models.TextChoices):
    """What a user may see: own people, the team's people, or everybody's."""

    REP = "rep", "Rep"
    MANAGER = "manager", "Manager"
    OPS = "ops", "Operations"


class UserManager(DjangoUserManager["User"]):
    """Makes users. The first one is made on the command line and makes all others: operations."""

    @override
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **further: Any
    ) -> User:
        """Somebody of operations: what one may do goes by the role alone, whatever Django's own flags say."""
        return super().create_superuser(username, email, password, **{"role": Role.OPS, **further})


class User(AbstractUser):
    """A person who logs in, matched to their Salesforce user by its Id."""

    objects: ClassVar[UserManager] = UserManager()

    role = models.CharField(max_length=8, choices=Role, default=Role.REP)
    salesforce_id = models.CharField(
        "Salesforce user Id",
        max_length=18,
        null=True,
        blank=True,
        unique=True,
        help_text="18 characters, starts with 005. Empty for people who are not Salesforce users.",
    )
    time_zone = models.CharField(
        max_length=64, default="UTC", help_text="IANA name; instants are shown in it, periods are not."
    )

    _password: str | None
    """Django's: the password that was set since it was saved; None where the same one only got a newer hash."""

    @property
    def is_shut_out(self) -> bool:
        """Whether what came with the log-in of before ends: it is switched off, or its password is another one."""
        return not self.is_active or self._password is not None

    @override
    def set_unusable_password(self) -> None:
        """No password any more, which is another one too."""
        super().set_unusable_password()
        self._password = ""

    def __str__(self) -> str:
        return self.get_full_name() or self.username
