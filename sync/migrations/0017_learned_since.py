from django.db import migrations, models


class Migration(migrations.Migration):
    """Find what was learned since an instant without reading everything."""

    dependencies = [
        ("sync", "0016_one_index_per_shared_key"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="opportunitycontactrole",
            index=models.Index(models.F("created_at"), name="role_created"),
        ),
        migrations.AddIndex(
            model_name="opportunityhistory",
            index=models.Index(models.F("created_at"), name="opphistory_created"),
        ),
        migrations.AddIndex(
            model_name="seen",
            index=models.Index(models.F("at"), name="seen_at"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("completed_at"),
                condition=models.Q(("completed_at__gt", models.F("created_at"))),
                name="task_completed",
            ),
        ),
    ]
