from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0012_told_nobody'),
    ]

    operations = [
        migrations.AddField(
            model_name='mailchoice',
            name='chosen_as',
            field=models.CharField(choices=[('rep', 'Rep'), ('manager', 'Manager'), ('ops', 'Operations')], default='', help_text='Whose mail `wants_it` was said of; of another role\'s nothing was.', max_length=16),
            preserve_default=False,
        ),
        # whoever chose so far had the role they have
        migrations.RunSQL(
            'UPDATE alerts_mailchoice SET chosen_as = role FROM base_user WHERE base_user.id = user_id',
            migrations.RunSQL.noop,
        ),
    ]
