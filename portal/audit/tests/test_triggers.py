"""Triggers that somebody took down are put up again.

In a database of its own: what ``post_migrate`` does is no part of any test's transaction.
"""

from django.core.management.sql import emit_post_migrate_signal
from django.db import connection

from portal.accounts.models import Contact
from portal.audit.models import Change


def test_triggers_taken_away_come_back_with_the_next_migrate(throwaway_database: None) -> None:
    Contact.objects.create(topic="pe", office="体育学院", phone="0519-86332150")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_update ON accounts_contact")
        cursor.execute(
            "CREATE TRIGGER audit_update AFTER UPDATE ON django_session"
            " REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_note('x', '', '')"
        )
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    before = Change.objects.count()
    Contact.objects.update(office="改过")
    assert Change.objects.count() == before + 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_trigger WHERE tgrelid = 'django_session'::regclass")
        assert cursor.fetchall() == []
