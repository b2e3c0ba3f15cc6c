from django.db import migrations, models

MEETING, PIPELINE = "An opportunity had a meeting, or got further (R144).", "An opportunity became pipeline (R144)."


class Migration(migrations.Migration):
    """How far opportunities got while a cycle was the latest one."""

    dependencies = [
        ("leadmodel", "0011_ladder"),
    ]

    operations = [
        migrations.AddField("cycle", "meeting_at", models.DateTimeField(null=True, help_text=MEETING)),
        migrations.AddField("cycle", "pipeline_at", models.DateTimeField(null=True, help_text=PIPELINE)),
        migrations.AddField("span", "meeting_at", models.DateTimeField(null=True)),
        migrations.AddField("span", "pipeline_at", models.DateTimeField(null=True)),
        # the new columns are told when everybody is derived anew
        migrations.RunSQL(
            "INSERT INTO sync_mark (record_id) SELECT '*' WHERE EXISTS (SELECT FROM leadmodel_person)",
            migrations.RunSQL.noop,
        ),
    ]
