
from django.db import migrations, models


class Migration(migrations.Migration):
    """Those that waited are looked at by when they were due."""

    dependencies = [
        ('alerts', '0009_digest_choice'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(models.F('due_at'), condition=models.Q(('state', 'waiting')), name='escalation_waiting'),
        ),
    ]
