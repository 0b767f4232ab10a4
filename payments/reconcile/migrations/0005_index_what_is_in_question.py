import payments.reconcile.states
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the readers and writers of a table with millions of rows.
    atomic = False

    dependencies = [
        ('payments', '0009_signed_word_takes_two'),
        ('reconcile', '0004_portal_seals_clean_days'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='uploadrow',
            index=models.Index(condition=models.Q(('group__in', (payments.reconcile.states.Group['SETTLE'], payments.reconcile.states.Group['KNOWN'])), _negated=True), fields=['upload', 'group', 'position'], name='row_in_question'),
        ),
        RemoveIndexConcurrently(
            model_name='uploadrow',
            name='row_of_group',
        ),
    ]
