from django.db import migrations, models


class Migration(migrations.Migration):
    """A clock of who is in Nurture."""

    dependencies = [
        ('leadmodel', '0015_hand_offs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='clock',
            name='kind',
            field=models.CharField(choices=[('response_target', 'response_target'), ('response_maximum', 'response_maximum'), ('working_limit', 'working_limit'), ('acceptance', 'acceptance'), ('nurture_return', 'nurture_return')], max_length=16),
        ),
        migrations.AlterField(
            model_name='rung',
            name='clock',
            field=models.CharField(choices=[('response_target', 'response_target'), ('response_maximum', 'response_maximum'), ('working_limit', 'working_limit'), ('acceptance', 'acceptance'), ('nurture_return', 'nurture_return')], max_length=16),
        ),
        # the new rows are told when everybody is derived anew
        migrations.RunSQL(
            "INSERT INTO sync_mark (record_id) SELECT '*' WHERE EXISTS (SELECT FROM leadmodel_person)",
            migrations.RunSQL.noop,
        ),
    ]
