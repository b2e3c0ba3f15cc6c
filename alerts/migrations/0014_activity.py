from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    """What was decided about a planned Task is decided once, as of a meeting."""

    dependencies = [
        ('alerts', '0013_choice_of_a_role'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='escalation',
            name='escalation_once',
        ),
        migrations.RemoveField(
            model_name='escalation',
            name='about',
        ),
        migrations.RenameField(
            model_name='escalation',
            old_name='event_id',
            new_name='activity_id',
        ),
        migrations.AlterField(
            model_name='escalation',
            name='activity_id',
            field=models.CharField(db_collation='C', help_text='The meeting or Task it is about.', max_length=18, null=True),
        ),
        migrations.AddField(
            model_name='escalation',
            name='about',
            field=models.GeneratedField(db_persist=True, expression=Coalesce('activity_id', 'person_id'), help_text='The meeting or Task, which stays the same when a person is converted or merged; else the person.', output_field=models.CharField(db_collation='C', max_length=18)),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(fields=('about', 'step', 'due_at'), name='escalation_once'),
        ),
        # what was told of a meeting must hold by the same name
        migrations.RunSQL(
            """UPDATE alerts_told SET still = (still - 'event_id') || jsonb_build_object('activity_id', still->'event_id')
               WHERE still ? 'event_id'""",
            migrations.RunSQL.noop,
        ),
    ]
