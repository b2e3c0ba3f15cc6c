from django.db import migrations, models



class Migration(migrations.Migration):
    """Who or what Salesforce has no more stays as deleted; this says since when."""

    dependencies = [
        ("sync", "0020_planned_tasks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Gone",
            fields=[
                (
                    "record_id",
                    models.CharField(
                        db_collation="C",
                        max_length=18,
                        primary_key=True,
                        serialize=False,
                        verbose_name="Id",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        help_text="When it was deleted, as Salesforce tells; else when it was found to be gone."
                    ),
                ),
                (
                    "is_told",
                    models.BooleanField(
                        help_text="Salesforce tells of the deletion; else it is not found, which may be a matter of"
                        " who may see it."
                    ),
                ),
            ],
        ),
    ]
