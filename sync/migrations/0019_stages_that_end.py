from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether a stage is an end is one look-up, however many opportunities stand at it."""

    dependencies = [
        ("sync", "0018_audit_watches"),
    ]

    operations = [
        migrations.RemoveIndex("opportunity", "opportunity_stage"),
        migrations.AddIndex(
            "opportunity", models.Index("stage_name", "is_closed", "is_won", name="opportunity_stage")
        ),
    ]
