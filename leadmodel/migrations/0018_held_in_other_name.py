from django.db import migrations, models


class Migration(migrations.Migration):
    """Of most spans the rep is the holder, who is in one index already."""

    dependencies = [
        ('leadmodel', '0017_stale_rungs'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='span',
            name='span_holder',
        ),
        migrations.AddIndex(
            model_name='span',
            index=models.Index(models.F('holder_id'), models.F('person_id'), condition=models.Q(('rep', None), ('rep__lt', models.F('holder_id')), ('rep__gt', models.F('holder_id')), _connector='OR'), name='span_holder'),
        ),
    ]
