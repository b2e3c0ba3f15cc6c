from django.db import migrations, models


class Migration(migrations.Migration):
    """What became of each step of the ladder."""

    dependencies = [
        ('alerts', '0003_assignments'),
    ]

    operations = [
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.CharField(db_collation='C', max_length=18)),
                ('number', models.IntegerField(help_text='The cycle it is about.')),
                ('step', models.IntegerField(help_text='Its place in the ladder, from 1.')),
                ('act', models.CharField(max_length=32)),
                ('holder_id', models.CharField(db_collation='C', help_text='Who kept waiting.', max_length=18, null=True)),
                ('due_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('done', 'Done'), ('stale', 'Stale'), ('moot', 'Moot'), ('waiting', 'Waiting')], max_length=8)),
                ('said', models.CharField(help_text='What was done, or why not, in a sentence.', max_length=300)),
                ('attempts', models.IntegerField(default=0, help_text='How often it failed.')),
                ('again_at', models.DateTimeField(help_text='When one that waits is looked at again.', null=True)),
                ('decided_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(models.F('decided_at'), models.F('id'), name='escalation_when')],
                'constraints': [models.UniqueConstraint(fields=('person_id', 'step', 'due_at'), name='escalation_once')],
            },
        ),
    ]
