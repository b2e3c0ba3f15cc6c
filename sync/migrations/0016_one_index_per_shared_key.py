from django.db import migrations

from base.keys import one_index_per_key


class Migration(migrations.Migration):
    """One index on each key of shared activities: Django makes the second when the migration that adds a table ends."""

    dependencies = [("sync", "0015_shared_activities")]

    operations = [one_index_per_key("sync")]
