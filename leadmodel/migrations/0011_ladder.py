from django.db import migrations, models


class Migration(migrations.Migration):
    """The steps of the ladder about whoever waits for an answer."""

    dependencies = [
        ('leadmodel', '0010_pulled_by'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rung',
            fields=[
                ('pk', models.CompositePrimaryKey('person_id', 'number', 'ordinal', 'step', blank=True, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.CharField(db_collation='C', max_length=18)),
                ('number', models.IntegerField()),
                ('ordinal', models.IntegerField(help_text='The span whose holder owes it; 0 where the cycle does.')),
                ('step', models.IntegerField(help_text='Its place in the ladder, from 1.')),
                ('act', models.CharField(choices=[('remind_rep', 'remind_rep'), ('tell_manager', 'tell_manager'), ('reassign', 'reassign'), ('tell_their_manager', 'tell_their_manager')], max_length=32)),
                ('holder_id', models.CharField(db_collation='C', max_length=18, null=True)),
                ('clock', models.CharField(choices=[('response_target', 'response_target'), ('response_maximum', 'response_maximum'), ('working_limit', 'working_limit')], max_length=16)),
                ('clock_due_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(models.F('due_at'), name='rung_due')],
            },
        ),
        # the new rows are told when everybody is derived anew
        migrations.RunSQL(
            "INSERT INTO sync_mark (record_id) SELECT '*' WHERE EXISTS (SELECT FROM leadmodel_person)",
            migrations.RunSQL.noop,
        ),
    ]
