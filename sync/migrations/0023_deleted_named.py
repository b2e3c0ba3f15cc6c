from django.db import migrations, models

_DELETED_NAMED = models.Q(is_deleted=True, last_name__isnull=False, master_record_id__isnull=True)


class Migration(migrations.Migration):
    """Whoever was deleted and still has a name is found among all people."""

    dependencies = [
        ("sync", "0022_one_index_of_gone"),
    ]

    operations = [
        migrations.AddIndex(
            model_name=name,
            index=models.Index(models.F("system_modstamp"), condition=_DELETED_NAMED, name=f"{name}_deleted_named"),
        )
        for name in ("contact", "lead")
    ]
