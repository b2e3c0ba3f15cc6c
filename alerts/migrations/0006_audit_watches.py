from typing import Literal

from django.db import migrations

from base.watching import ACTOR, watch

_STEP = """
    'ladder.' || n.act, n.state, n.person_id, NULL::bigint,
    'step ' || n.step || ' of cycle ' || n.number || ', due '
        || to_char(n.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), n.id
"""


def _choice(table: str, key: str, operation: Literal["insert", "update", "delete"]) -> migrations.RunSQL:
    """What somebody chose about being told."""
    rows = "old_rows" if operation == "delete" else "new_rows"
    became = "removed" if operation == "delete" else "entered"
    return watch(
        table,
        operation,
        f"SELECT now(), COALESCE({ACTOR}, n.user_id), '', 'choice', '{became}', '', n.user_id, '', n.{key}"
        f" FROM {rows} n",
    )


class Migration(migrations.Migration):
    """Whatever automation did about people, whom it told, and what people chose, leaves an entry in the audit log."""

    dependencies = [
        ("alerts", "0005_slack"),
        ("base", "0005_audit_watches"),
    ]

    operations = [
        watch(
            "alerts_escalation",
            "insert",
            f"SELECT n.decided_at, NULL::bigint, 'ladder', {_STEP} FROM new_rows n",
        ),
        # one that waits is looked at again and again, which is no act
        watch(
            "alerts_escalation",
            "update",
            f"SELECT n.decided_at, NULL::bigint, 'ladder', {_STEP} FROM new_rows n JOIN old_rows o USING (id)"
            " WHERE n.state <> o.state",
        ),
        watch(
            "alerts_assignment",
            "insert",
            "SELECT n.decided_at, NULL::bigint, 're-assignment', 'reassignment',"
            " CASE WHEN n.to_id IS NULL THEN 'could_not' ELSE 'decided' END, n.person_id, NULL::bigint,"
            " 'rule ' || n.rule, n.id FROM new_rows n",
        ),
        watch(
            "alerts_told",
            "insert",
            f"SELECT n.at, {ACTOR}, 'notices', 'told.' || n.topic,"
            " CASE WHEN n.name = 'muted' THEN 'muted' ELSE 'told' END, n.person_id, n.to_id, n.key, n.id"
            " FROM new_rows n",
        ),
        watch(
            "alerts_slack",
            "insert",
            f"SELECT n.entered_at, COALESCE(n.entered_by_id, {ACTOR}), 'installation', 'slack', 'made', '',"
            " NULL::bigint, '', n.id::bigint FROM new_rows n",
        ),
        watch(
            "alerts_slack",
            "update",
            f"""SELECT CASE WHEN n.entered_at <> o.entered_at THEN n.entered_at ELSE now() END,
                    COALESCE({ACTOR}, CASE WHEN n.entered_at <> o.entered_at THEN n.entered_by_id END), 'notices',
                    'slack', CASE WHEN n.entered_at <> o.entered_at THEN 'made' ELSE 'failed' END, '', NULL::bigint,
                    '', n.id::bigint
                FROM new_rows n JOIN old_rows o USING (id)
                WHERE n.entered_at <> o.entered_at OR (n.broken <> '' AND o.broken = '')""",
        ),
        watch(
            "alerts_slack",
            "delete",
            f"SELECT now(), {ACTOR}, 'command line', 'slack', 'removed', '', NULL::bigint, '', o.id::bigint"
            " FROM old_rows o",
        ),
        _choice("alerts_mailchoice", "user_id", "insert"),
        _choice("alerts_mailchoice", "user_id", "update"),
        _choice("alerts_channelchoice", "id", "insert"),
        _choice("alerts_channelchoice", "id", "delete"),
        _choice("alerts_quiethours", "user_id", "insert"),
        _choice("alerts_quiethours", "user_id", "update"),
    ]
