# Safe while serving: a constant is not written into the rows, and running code need not give it.
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('credits', '0004_turn'),
    ]

    operations = [
        migrations.AddField(
            model_name='attachment',
            name='drawn',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='已画页数'),
        ),
    ]
