from django.db import migrations

from base.keys import one_index_per_key


class Migration(migrations.Migration):
    """One index on each key."""

    dependencies = [("leadmodel", "0005_lists")]

    operations = [one_index_per_key("leadmodel")]
