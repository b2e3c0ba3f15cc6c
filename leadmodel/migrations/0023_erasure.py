import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from base.watching import ACTOR, watch


class Migration(migrations.Migration):
    """Who became nameless, when, and who asked for it; the audit log has it too."""

    dependencies = [
        ("leadmodel", "0022_follow_ups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("base", "0005_audit_watches"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.CharField(db_collation="C", max_length=18)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        help_text="Who asked for it; empty: it was time.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"indexes": [models.Index(models.F("person_id"), name="erasure_person")]},
        ),
        watch(
            "leadmodel_erasure",
            "insert",
            f"SELECT n.at, COALESCE({ACTOR}, n.by_id), 'erasing', 'names', 'erased', n.person_id, NULL::bigint, '', n.id"
            " FROM new_rows n",
        ),
    ]
