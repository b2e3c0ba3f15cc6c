"""What migrations say of keys."""

from __future__ import annotations

from django.db import migrations


def one_index_per_key(app: str) -> migrations.RunSQL:
    """Drop the second index, for prefixes, that Django gives every text key of an app's tables.

    Ids are collated "C", where the key's own finds prefixes too, and nobody asks for those of the others.
    """
    drop = rf"""
        DO $$ DECLARE twin name; BEGIN
            FOR twin IN
                SELECT indexname FROM pg_indexes
                WHERE schemaname = current_schema() AND tablename LIKE '{app}\_%'
                  AND indexdef LIKE '%varchar_pattern_ops%'
            LOOP
                EXECUTE format('DROP INDEX %I', twin);
            END LOOP;
        END $$
    """
    return migrations.RunSQL(drop, migrations.RunSQL.noop)
