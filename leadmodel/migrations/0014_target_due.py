from django.db import migrations, models

WHAT = "Until when an answer is in time, where business hours count."


class Migration(migrations.Migration):
    """Until when an answer is in time, where that is promised in business hours."""

    dependencies = [
        ("leadmodel", "0013_audit_watches"),
    ]

    # empty until settings promise in business hours, which derives everybody anew
    operations = [
        migrations.AddField("cycle", "target_due_at", models.DateTimeField(null=True, help_text=WHAT)),
        migrations.AddField("span", "target_due_at", models.DateTimeField(null=True)),
    ]
