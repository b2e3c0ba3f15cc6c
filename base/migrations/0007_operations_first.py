from django.db import migrations

import base.models.users


class Migration(migrations.Migration):
    """Who was made as a superuser is operations: what one sees went by that flag, and goes by the role alone now."""

    dependencies = [
        ("base", "0006_effect_ended"),
    ]

    operations = [
        migrations.AlterModelManagers(
            name="user",
            managers=[("objects", base.models.users.UserManager())],
        ),
        migrations.RunSQL(
            "UPDATE base_user SET role = 'ops' WHERE is_superuser AND role <> 'ops'", migrations.RunSQL.noop
        ),
    ]
