from django.db import migrations

from base.watching import ACTOR, watch

_ABOUT = "CASE WHEN n.payload->>'user' ~ '^[0-9]{1,18}$' THEN (n.payload->>'user')::bigint END"
_BY = """
    CASE WHEN n.kind LIKE 'salesforce.change.auto-%' THEN substr(n.kind, 19)
         WHEN n.kind LIKE 'salesforce.%' THEN 'write-back'
         WHEN n.kind LIKE 'notice.%' THEN 'notices' ELSE 'mails' END
"""
_EFFECT = f"n.kind, %s, CASE WHEN n.kind LIKE 'salesforce.%' THEN n.subject ELSE '' END, {_ABOUT}, n.key, n.id"
_CHANGED = """
    concat_ws(', ', CASE WHEN n.role <> o.role THEN 'role ' || o.role || ' to ' || n.role END,
        CASE WHEN n.is_active <> o.is_active THEN CASE WHEN n.is_active THEN 'switched on' ELSE 'switched off' END END,
        CASE WHEN n.is_superuser <> o.is_superuser THEN 'superuser' END,
        CASE WHEN n.salesforce_id IS DISTINCT FROM o.salesforce_id THEN 'Salesforce user' END,
        CASE WHEN n.password <> o.password THEN 'password' END,
        CASE WHEN n.username <> o.username THEN 'user name' END,
        CASE WHEN n.email <> o.email THEN 'e-mail' END,
        CASE WHEN (n.first_name, n.last_name) <> (o.first_name, o.last_name) THEN 'name' END,
        CASE WHEN n.time_zone <> o.time_zone THEN 'time zone' END)
"""


class Migration(migrations.Migration):
    """Whatever changes the outbox, users or tokens leaves an entry in the audit log."""

    dependencies = [
        ("base", "0004_audit"),
    ]

    operations = [
        watch(
            "base_effect",
            "insert",
            f"SELECT n.created_at, COALESCE(n.decided_by_id, {ACTOR}), {_BY}, "
            + _EFFECT.replace("%s", "CASE WHEN n.state = 'ready' THEN 'decided' ELSE n.state END")
            + " FROM new_rows n",
        ),
        # how it ended, or that it is to be done after all; leases and waiting are no acts
        watch(
            "base_effect",
            "update",
            f"SELECT COALESCE(n.ended_at, n.due_at), {ACTOR}, {_BY}, "
            + _EFFECT.replace("%s", "CASE WHEN n.state = 'ready' THEN 'again' ELSE n.state END")
            + """ FROM new_rows n JOIN old_rows o USING (id) WHERE n.state <> o.state
                AND (n.state NOT IN ('ready', 'leased') OR o.state NOT IN ('ready', 'leased'))""",
        ),
        watch(
            "base_apitoken",
            "insert",
            "SELECT n.created_at, n.user_id, '', 'token', 'made', '', n.user_id,"
            " CASE WHEN n.can_write THEN 'may write' ELSE 'may read' END, n.id FROM new_rows n",
        ),
        watch(
            "base_apitoken",
            "update",
            f"SELECT n.revoked_at, {ACTOR}, '', 'token', 'revoked', '', n.user_id, '', n.id"
            " FROM new_rows n JOIN old_rows o USING (id) WHERE n.revoked_at IS NOT NULL AND o.revoked_at IS NULL",
        ),
        watch(
            "base_user",
            "insert",
            f"SELECT now(), {ACTOR}, 'accounts', 'user', 'made', '', n.id, 'role ' || n.role, n.id FROM new_rows n",
        ),
        watch(
            "base_user",
            "update",
            f"SELECT now(), {ACTOR}, 'accounts', 'user', 'changed', '', n.id, {_CHANGED}, n.id"
            f" FROM new_rows n JOIN old_rows o USING (id) WHERE {_CHANGED} <> ''",
        ),
    ]
