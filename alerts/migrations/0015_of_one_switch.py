from django.db import migrations, models


class Migration(migrations.Migration):
    """A message tells of what one switch stops; and what still holds is looked for by when it was told."""

    dependencies = [
        ('alerts', '0014_activity'),
        ('base', '0006_effect_ended'),
    ]

    operations = [
        # what waits to be sent was decided before messages were told apart by that: its first notice says it
        migrations.RunSQL(
            """
            UPDATE base_effect effect SET payload = payload || jsonb_build_object('of', CASE
                WHEN told.topic IN ('response', 'hand_off', 'nurture_return', 'meeting') AND told.name = 'first'
                    THEN 'tell.reminders'
                WHEN told.topic IN ('could_not_assign', 'reassigned', 'abandoned') THEN 'tell.' || told.topic
                ELSE 'tell.escalations' END)
            FROM alerts_told told
            WHERE told.key = effect.payload->'notices'->>0 AND NOT effect.payload ? 'of'
              AND effect.state IN ('ready', 'leased', 'refused')
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RemoveIndex(model_name='told', name='told_open'),
        migrations.AddIndex(
            model_name='told',
            index=models.Index(
                models.F('at'), models.F('id'),
                condition=models.Q(('name__in', ('worsened', 'repeat_due')), ('settled_at', None)),
                name='told_open',
            ),
        ),
    ]
