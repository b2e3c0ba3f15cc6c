from django.db import migrations, models


class Migration(migrations.Migration):
    """A clock of a meeting that is over; several of a person are told apart by their Event."""

    dependencies = [
        ('leadmodel', '0018_held_in_other_name'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='rung',
            name='rung_stale',
        ),
        migrations.AddField(
            model_name='clock',
            name='event_id',
            field=models.CharField(db_collation='C', help_text='The meeting it is about.', max_length=18, null=True),
        ),
        migrations.AddField(
            model_name='rung',
            name='event_id',
            field=models.CharField(db_collation='C', help_text='The meeting it is about.', max_length=18, null=True),
        ),
        migrations.AlterField(
            model_name='clock',
            name='kind',
            field=models.CharField(choices=[('response_target', 'response_target'), ('response_maximum', 'response_maximum'), ('working_limit', 'working_limit'), ('acceptance', 'acceptance'), ('nurture_return', 'nurture_return'), ('meeting_outcome', 'meeting_outcome')], max_length=16),
        ),
        migrations.AlterField(
            model_name='clock',
            name='ordinal',
            field=models.IntegerField(help_text="The span whose holder owes it; 0 where the cycle does; below, a meeting's place among the person's."),
        ),
        migrations.AlterField(
            model_name='rung',
            name='clock',
            field=models.CharField(choices=[('response_target', 'response_target'), ('response_maximum', 'response_maximum'), ('working_limit', 'working_limit'), ('acceptance', 'acceptance'), ('nurture_return', 'nurture_return'), ('meeting_outcome', 'meeting_outcome')], max_length=16),
        ),
        migrations.AlterField(
            model_name='rung',
            name='ordinal',
            field=models.IntegerField(help_text="The span whose holder owes it; 0 where the cycle does; below, a meeting's place among the person's."),
        ),
        migrations.AddIndex(
            model_name='rung',
            index=models.Index(models.F('due_at'), condition=models.Q(('clock__in', ['nurture_return', 'meeting_outcome']), _negated=True), name='rung_stale'),
        ),
    ]
