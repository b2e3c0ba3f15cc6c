from django.db import migrations

# Django gives every text key a second index, for prefixes. Ids are collated "C", where the key's own finds those,
# and nobody asks for prefixes of the others.
DROP = r"""
    DO $$ DECLARE twin name; BEGIN
        FOR twin IN
            SELECT indexname FROM pg_indexes
            WHERE schemaname = current_schema() AND tablename LIKE 'leadmodel\_%' AND indexdef LIKE '%varchar_pattern_ops%'
        LOOP
            EXECUTE format('DROP INDEX %I', twin);
        END LOOP;
    END $$
"""


class Migration(migrations.Migration):
    """One index on each key."""

    dependencies = [("leadmodel", "0005_lists")]

    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]
