from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0002_letters'),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='handed_out',
            field=models.BooleanField(db_default=False, default=False, verbose_name='已转发'),
        ),
    ]
