from django.db import migrations, models


class Migration(migrations.Migration):
    """What is planned with a person is found among all that was done."""

    dependencies = [
        ("sync", "0019_stages_that_end"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("who_id"),
                condition=models.Q(("activity_date__isnull", False), ("is_closed", False)),
                name="task_planned",
            ),
        ),
    ]
