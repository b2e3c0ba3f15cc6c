from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    """What is planned for a day, and what is over since an instant, is found whoever it is with."""

    dependencies = [
        ("sync", "0023_deleted_named"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("activity_date"),
                condition=models.Q(("activity_date__isnull", False), ("is_closed", False)),
                name="task_due",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(Coalesce("ends_at", "starts_at"), name="event_over"),
        ),
    ]
