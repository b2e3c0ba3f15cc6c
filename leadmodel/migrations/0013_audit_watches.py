from django.db import migrations

from base.watching import ACTOR, watch


def _whose(row: str) -> str:
    """The account here of the Salesforce user a row is about."""
    return f"(SELECT id FROM base_user WHERE salesforce_id = {row}.user_id)"


class Migration(migrations.Migration):
    """Whatever people enter (settings, exceptions, requests, absences, teams) leaves an entry in the audit log."""

    dependencies = [
        ("leadmodel", "0012_reached"),
        ("base", "0005_audit_watches"),
    ]

    operations = [
        watch(
            "leadmodel_settingsversion",
            "insert",
            f"SELECT n.entered_at, COALESCE(n.entered_by_id, {ACTOR}), 'command line', 'settings', 'entered', '',"
            " NULL::bigint, 'version ' || n.id, n.id FROM new_rows n",
        ),
        watch(
            "leadmodel_exclusion",
            "insert",
            f"SELECT n.entered_at, COALESCE({ACTOR}, n.owner_id), '', 'exception', 'granted', n.record_id,"
            " NULL::bigint, COALESCE('request ' || n.request_id, ''), n.id FROM new_rows n",
        ),
        watch(
            "leadmodel_exclusion",
            "update",
            f"""SELECT COALESCE(n.ended_at, now()), COALESCE({ACTOR}, n.ended_by_id), 'command line', 'exception',
                    CASE WHEN n.ended_at IS DISTINCT FROM o.ended_at THEN 'ended' ELSE 'changed' END,
                    n.record_id, NULL::bigint, '', n.id
                FROM new_rows n JOIN old_rows o USING (id) WHERE n IS DISTINCT FROM o""",
        ),
        watch(
            "leadmodel_request",
            "insert",
            "SELECT n.asked_at, n.asked_by_id, '', 'request.' || n.kind, 'asked', n.record_id, NULL::bigint, '', n.id"
            " FROM new_rows n",
        ),
        watch(
            "leadmodel_request",
            "update",
            f"""SELECT COALESCE(n.answered_at, now()), COALESCE({ACTOR}, n.answered_by_id), 'command line',
                    'request.' || n.kind, n.state, n.record_id, n.asked_by_id, '', n.id
                FROM new_rows n JOIN old_rows o USING (id) WHERE n.state <> o.state""",
        ),
        watch(
            "leadmodel_absence",
            "insert",
            f"SELECT n.entered_at, COALESCE(n.entered_by_id, {ACTOR}), 'command line', 'absence', 'entered', '',"
            f" {_whose('n')}, n.user_id, n.id FROM new_rows n",
        ),
        watch(
            "leadmodel_absence",
            "update",
            f"SELECT now(), {ACTOR}, 'command line', 'absence', 'changed', '', {_whose('n')}, n.user_id, n.id"
            " FROM new_rows n JOIN old_rows o USING (id) WHERE n IS DISTINCT FROM o",
        ),
        watch(
            "leadmodel_teammembership",
            "insert",
            f"SELECT now(), {ACTOR}, 'command line', 'team', 'entered', '', {_whose('n')}, n.user_id, n.id"
            " FROM new_rows n",
        ),
        watch(
            "leadmodel_teammembership",
            "update",
            f"SELECT now(), {ACTOR}, 'command line', 'team', 'changed', '', {_whose('n')}, n.user_id, n.id"
            " FROM new_rows n JOIN old_rows o USING (id) WHERE n IS DISTINCT FROM o",
        ),
    ]
