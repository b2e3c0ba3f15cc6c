from django.db import migrations, models


class Migration(migrations.Migration):
    """A clock of who did not come to a meeting."""

    dependencies = [
        ('leadmodel', '0019_meetings'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='rung',
            name='rung_stale',
        ),
        migrations.AlterField(
            model_name='clock',
            name='kind',
            field=models.CharField(choices=[('response_target', 'response_target'), ('response_maximum', 'response_maximum'), ('working_limit', 'working_limit'), ('acceptance', 'acceptance'), ('nurture_return', 'nurture_return'), ('meeting_outcome', 'meeting_outcome'), ('no_show', 'no_show')], max_length=16),
        ),
        migrations.AlterField(
            model_name='rung',
            name='clock',
            field=models.CharField(choices=[('response_target', 'response_target'), ('response_maximum', 'response_maximum'), ('working_limit', 'working_limit'), ('acceptance', 'acceptance'), ('nurture_return', 'nurture_return'), ('meeting_outcome', 'meeting_outcome'), ('no_show', 'no_show')], max_length=16),
        ),
        migrations.AddIndex(
            model_name='rung',
            index=models.Index(models.F('due_at'), condition=models.Q(('clock__in', ['nurture_return', 'meeting_outcome', 'no_show']), _negated=True), name='rung_stale'),
        ),
    ]
