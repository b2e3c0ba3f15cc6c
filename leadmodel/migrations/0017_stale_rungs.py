from django.db import migrations, models


class Migration(migrations.Migration):
    """What is stale, without the many who are in Nurture for years."""

    dependencies = [
        ('leadmodel', '0016_nurture_returns'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='rung',
            index=models.Index(models.F('due_at'), condition=models.Q(('clock', 'nurture_return'), _negated=True), name='rung_stale'),
        ),
    ]
