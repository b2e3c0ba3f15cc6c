from django.db import migrations, models


class Migration(migrations.Migration):
    """Whose pull a cycle is."""

    dependencies = [("leadmodel", "0009_clocks")]

    operations = [
        migrations.AddField(
            model_name="cycle",
            name="pulled_by",
            field=models.CharField(
                db_collation="C",
                help_text="Who of an outbound team took the person up (R113).",
                max_length=18,
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="cycle",
            index=models.Index(
                "pulled_by", "person_id", name="cycle_pulled", condition=models.Q(pulled_by__isnull=False)
            ),
        ),
        # the new column is told when everybody is derived anew
        migrations.RunSQL(
            "INSERT INTO sync_mark (record_id) SELECT '*' WHERE EXISTS (SELECT FROM leadmodel_person)",
            migrations.RunSQL.noop,
        ),
    ]
