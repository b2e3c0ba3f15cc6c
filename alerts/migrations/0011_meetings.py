from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    """What was decided about a meeting is decided once, whoever the person it is with becomes."""

    dependencies = [
        ('alerts', '0010_waited_too_long'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='escalation',
            name='escalation_once',
        ),
        migrations.AddField(
            model_name='escalation',
            name='event_id',
            field=models.CharField(db_collation='C', help_text='The meeting it is about.', max_length=18, null=True),
        ),
        migrations.AddField(
            model_name='escalation',
            name='about',
            field=models.GeneratedField(db_persist=True, expression=Coalesce('event_id', 'person_id'), help_text='The meeting, which stays the same when a person is converted or merged; else the person.', output_field=models.CharField(db_collation='C', max_length=18)),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(fields=('about', 'step', 'due_at'), name='escalation_once'),
        ),
    ]
