from django.db import migrations

from base.keys import one_index_per_key


class Migration(migrations.Migration):
    """One index on the key of what is gone."""

    dependencies = [
        ("sync", "0021_gone"),
    ]

    operations = [one_index_per_key("sync")]
