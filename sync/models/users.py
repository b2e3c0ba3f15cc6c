"""Mirror of the sales organisation: users, their roles and profiles, queues."""

from __future__ import annotations

from sync.models.fields import Mirrored, flag, ref, text


class User(Mirrored):
    """Salesforce's User."""

    username = text("Username")
    name = text("Name")
    email = text("Email")
    is_active = flag("IsActive")
    user_type = text("UserType")
    manager_id = ref("ManagerId")
    profile_id = ref("ProfileId")
    role_id = ref("UserRoleId")
    time_zone = text("TimeZoneSidKey")

    class Meta:
        verbose_name = "User"


class Role(Mirrored):
    """Salesforce's UserRole: where teams come from."""

    name = text("Name")
    parent_id = ref("ParentRoleId")

    class Meta:
        verbose_name = "UserRole"


class Profile(Mirrored):
    """Salesforce's Profile."""

    name = text("Name")

    class Meta:
        verbose_name = "Profile"


class Group(Mirrored):
    """Salesforce's Group; those of type Queue hold people."""

    name = text("Name")
    developer_name = text("DeveloperName")
    type = text("Type")

    class Meta:
        verbose_name = "Group"
