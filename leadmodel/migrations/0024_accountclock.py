from django.db import migrations, models


class Migration(migrations.Migration):
    """Until when owners of target accounts are to be in touch with them; derived where settings promise something."""

    dependencies = [
        ('leadmodel', '0023_erasure'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountClock',
            fields=[
                ('account_id', models.CharField(db_collation='C', max_length=18, primary_key=True, serialize=False)),
                ('owner_id', models.CharField(db_collation='C', help_text="The rep, also where Salesforce's user acts for one (K2).", max_length=18)),
                ('last_touch_at', models.DateTimeField(help_text="The owner's last counted touch of anybody on it.", null=True)),
                ('started_at', models.DateTimeField(help_text='Since when it goes untouched.')),
                ('due_at', models.DateTimeField(help_text='When it is idle, and its owner is told.')),
                ('manager_due_at', models.DateTimeField(help_text="When the owner's manager is told.", null=True)),
            ],
            options={
                'indexes': [models.Index(models.F('due_at'), models.F('account_id'), name='accountclock_due'), models.Index(models.F('manager_due_at'), condition=models.Q(('manager_due_at__isnull', False)), name='accountclock_manager'), models.Index(models.F('owner_id'), models.F('due_at'), name='accountclock_owner')],
            },
        ),
    ]
