"""What the record tells about where somebody is reached."""

import pytest
from pytest_django import DjangoAssertNumQueries

from portal.accounts.roles import Role
from portal.accounts.tests.factories import user
from portal.records.addresses import people
from portal.records.tests.factories import build_world

pytestmark = pytest.mark.django_db


def test_students_have_the_records_addresses_and_staff_only_a_number(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    account, staff, gone = user(), user(role=Role.TEACHING), user(is_active=False)
    student = build_world().student
    student.user, student.email, student.phone = account, "w@students.example", "13800001111"
    student.save(update_fields=["user", "email", "phone"])
    with django_assert_num_queries(1):
        found = people([account.pk, staff.pk, gone.pk])
    assert set(found) == {account.pk, staff.pk}
    assert (found[account.pk].email, found[account.pk].phone) == (
        "w@students.example",
        "13800001111",
    )
    assert (found[staff.pk].username, found[staff.pk].email) == (staff.username, "")
