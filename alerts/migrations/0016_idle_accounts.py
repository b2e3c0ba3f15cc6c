from django.db import migrations, models

from base.watching import watch

_WORD = """
    SELECT n.decided_at, NULL::bigint, 'ladder', 'account.' || n.act, n.state, '',
        (SELECT id FROM base_user owner WHERE owner.salesforce_id = n.owner_id),
        'account ' || n.account_id || ', due ' || to_char(n.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), n.id
    FROM new_rows n
"""

class Migration(migrations.Migration):
    """What became of words about idle target accounts."""

    dependencies = [
        ('alerts', '0015_of_one_switch'),
        ('base', '0005_audit_watches'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_id', models.CharField(db_collation='C', max_length=18)),
                ('owner_id', models.CharField(db_collation='C', help_text='Who kept it waiting.', max_length=18)),
                ('act', models.CharField(max_length=32)),
                ('due_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('done', 'Done'), ('untold', 'Told nobody'), ('stale', 'Stale'), ('moot', 'Moot'), ('waiting', 'Waiting')], max_length=8)),
                ('said', models.CharField(help_text='What was done, or why not, in a sentence.', max_length=300)),
                ('attempts', models.IntegerField(default=0, help_text='How often it failed.')),
                ('again_at', models.DateTimeField(help_text='When one that waits is looked at again.', null=True)),
                ('decided_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(models.F('due_at'), condition=models.Q(('state', 'waiting')), name='accountword_waiting')],
                'constraints': [models.UniqueConstraint(fields=('account_id', 'owner_id', 'act', 'due_at'), name='accountword_once')],
            },
        ),
        watch("alerts_accountword", "insert", _WORD),
        # one that waits is looked at again and again, which is no act
        watch("alerts_accountword", "update", _WORD + " JOIN old_rows o USING (id) WHERE n.state <> o.state"),
    ]
