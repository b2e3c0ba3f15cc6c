import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """What asked for an exception, and who ended it before its time, and why."""

    dependencies = [
        ("leadmodel", "0006_one_index_per_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "exclusion", "ended_at", models.DateTimeField(blank=True, editable=False, null=True)
        ),
        migrations.AddField(
            "exclusion",
            "ended_by",
            models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ended",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("exclusion", "ended_why", models.TextField(blank=True, editable=False)),
        migrations.AddField(
            "exclusion",
            "request",
            models.OneToOneField(
                blank=True,
                editable=False,
                help_text="What asked for it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="leadmodel.request",
            ),
        ),
        migrations.AddConstraint(
            "exclusion",
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gt=F("starts_at"), ended_at__lt=F("expires_at")),
                name="exclusion_ended_in_force",
            ),
        ),
    ]
