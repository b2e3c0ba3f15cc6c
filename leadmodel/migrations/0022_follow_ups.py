from django.db import migrations, models


class Migration(migrations.Migration):
    """A clock of what is planned for a day with somebody in Nurture."""

    dependencies = [
        ('leadmodel', '0021_too_many_no_shows'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='rung',
            name='rung_stale',
        ),
        migrations.RenameField(
            model_name='clock',
            old_name='event_id',
            new_name='activity_id',
        ),
        migrations.RenameField(
            model_name='rung',
            old_name='event_id',
            new_name='activity_id',
        ),
        migrations.AlterField(
            model_name='clock',
            name='activity_id',
            field=models.CharField(db_collation='C', help_text='The meeting or Task it is about.', max_length=18, null=True),
        ),
        migrations.AlterField(
            model_name='rung',
            name='activity_id',
            field=models.CharField(db_collation='C', help_text='The meeting or Task it is about.', max_length=18, null=True),
        ),
        migrations.AlterField(
            model_name='clock',
            name='kind',
            field=models.CharField(choices=[('response_target', 'response_target'), ('response_maximum', 'response_maximum'), ('working_limit', 'working_limit'), ('acceptance', 'acceptance'), ('nurture_return', 'nurture_return'), ('follow_up', 'follow_up'), ('meeting_outcome', 'meeting_outcome'), ('no_show', 'no_show'), ('no_shows', 'no_shows')], max_length=16),
        ),
        migrations.AlterField(
            model_name='rung',
            name='clock',
            field=models.CharField(choices=[('response_target', 'response_target'), ('response_maximum', 'response_maximum'), ('working_limit', 'working_limit'), ('acceptance', 'acceptance'), ('nurture_return', 'nurture_return'), ('follow_up', 'follow_up'), ('meeting_outcome', 'meeting_outcome'), ('no_show', 'no_show'), ('no_shows', 'no_shows')], max_length=16),
        ),
        migrations.AddIndex(
            model_name='rung',
            index=models.Index(models.F('due_at'), condition=models.Q(('clock__in', ['nurture_return', 'follow_up', 'meeting_outcome', 'no_show']), _negated=True), name='rung_stale'),
        ),
        # the new rows are told when everybody is derived anew
        migrations.RunSQL(
            "INSERT INTO sync_mark (record_id) SELECT '*' WHERE EXISTS (SELECT FROM leadmodel_person)",
            migrations.RunSQL.noop,
        ),
    ]
