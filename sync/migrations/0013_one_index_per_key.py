from django.db import migrations

from base.keys import one_index_per_key


class Migration(migrations.Migration):
    """One index on each key."""

    dependencies = [("sync", "0012_customfield_is_account")]

    operations = [one_index_per_key("sync")]
