from django.db import migrations, models


class Migration(migrations.Migration):
    """Marks of accounts about which something changed; a change of their owner is seen from here on."""

    dependencies = [
        ("sync", "0024_activities_by_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.CharField(db_collation="C", max_length=18)),
            ],
            options={"indexes": [models.Index(models.F("account_id"), name="accountmark_account")]},
        ),
    ]
