from django.db import migrations

from base.watching import ACTOR, watch

_CONNECTION = "'connection', %s, '', NULL::bigint, n.flow || ' ' || n.organisation_id, n.id::bigint"


class Migration(migrations.Migration):
    """Whatever connects, pauses or switches leaves an entry in the audit log. Reading Salesforce is no act."""

    dependencies = [
        ("sync", "0017_learned_since"),
        ("base", "0005_audit_watches"),
    ]

    operations = [
        watch(
            "sync_writeswitch",
            "insert",
            f"SELECT n.moved_at, COALESCE(n.moved_by_id, {ACTOR}), 'installation', 'switch', n.mode, '',"
            " NULL::bigint, n.kind, n.id FROM new_rows n",
        ),
        watch(
            "sync_connection",
            "insert",
            f"SELECT COALESCE(n.connected_at, now()), COALESCE(n.connected_by_id, {ACTOR}), 'installation', "
            + _CONNECTION.replace("%s", "'made'")
            + " FROM new_rows n",
        ),
        # renewed tokens are no act
        watch(
            "sync_connection",
            "update",
            f"""SELECT COALESCE(n.connected_at, n.broken_at, now()),
                    COALESCE({ACTOR}, CASE WHEN n.connected_at <> o.connected_at THEN n.connected_by_id END),
                    'reading', """
            + _CONNECTION.replace(
                "%s",
                "CASE WHEN n.connected_at IS NULL THEN 'removed' WHEN n.broken <> '' THEN 'failed' ELSE 'made' END",
            )
            + """ FROM new_rows n JOIN old_rows o USING (id)
                WHERE n.connected_at IS DISTINCT FROM o.connected_at OR (n.broken <> '' AND o.broken = '')""",
        ),
        watch(
            "sync_readingpause",
            "insert",
            f"SELECT n.since, COALESCE(n.by_id, {ACTOR}), 'command line', 'reading', 'paused', '', NULL::bigint, '',"
            " n.id FROM new_rows n",
        ),
        watch(
            "sync_readingpause",
            "delete",
            f"SELECT now(), {ACTOR}, 'command line', 'reading', 'resumed', '', NULL::bigint, '', o.id FROM old_rows o",
        ),
    ]
