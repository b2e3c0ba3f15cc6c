from django.db import migrations

from base.keys import one_index_per_key


class Migration(migrations.Migration):
    """One index on an account's key: Django makes the second when the migration that adds a table ends."""

    dependencies = [("leadmodel", "0024_accountclock")]

    operations = [one_index_per_key("leadmodel")]
