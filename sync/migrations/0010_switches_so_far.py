# What the switches stand at becomes their first known move.

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('sync', '0009_writeswitch'),
    ]

    operations = [
        migrations.RunSQL(
            "INSERT INTO sync_writeswitch (kind, mode, moved_at, moved_by_id, why)"
            " SELECT kind, mode, changed_at, changed_by_id, '' FROM sync_writemode",
            migrations.RunSQL.noop,
        ),
    ]
