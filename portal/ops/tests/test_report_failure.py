"""What failed at night is read in the morning."""

import logging

import pytest
from django.core.management import call_command

from portal.accounts.roles import Role
from portal.accounts.tests.factories import user
from portal.inbox.models import Message

pytestmark = pytest.mark.django_db
UNIT = "portal-backup.service"


def test_administrators_hear_of_a_unit_that_failed(caplog: pytest.LogCaptureFixture) -> None:
    admin, gone = user(role=Role.ADMIN), user(role=Role.ADMIN, is_active=False)
    clerk = user(role=Role.TEACHING)
    with caplog.at_level(logging.CRITICAL):
        call_command("report_failure", UNIT)
    told = Message.objects.filter(user__in=[admin, gone, clerk])
    assert [(one.user_id, one.title) for one in told] == [(admin.pk, f"{UNIT} 没有做成")]
    assert f"{UNIT} failed: journalctl -u {UNIT} -e" in caplog.text
