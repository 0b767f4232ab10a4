"""The list of differences right after a large file, before PostgreSQL has counted its rows."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from payments.reconcile.selectors import differences
from payments.reconcile.states import Group, UploadState
from payments.reconcile.tests.paper import make_fault, make_row, make_upload
from payments.tests.factories import NOW
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
MANY = 40


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def test_each_difference_is_looked_at_once(clerk: User) -> None:
    """Otherwise a thousand of them take a minute, and a page with them is a lost one."""
    upload = make_upload(UploadState.APPLIED, by=clerk)
    for _ in range(MANY):
        make_row(upload, Group.UNKNOWN)
    values: dict[str, Any] = {
        "zone": settings.TIME_ZONE,
        "edge": NOW,
        "channels": list(settings.GATEWAYS),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {differences._UNDECIDED}", values)
        told = cursor.fetchone()[0]
    [plan] = json.loads(told) if isinstance(told, str) else told
    assert max(step["Actual Loops"] for step in nodes(plan["Plan"])) == MANY
    assert len(differences.work_list(NOW + timedelta(days=9))) == MANY


def test_rows_of_a_file_stand_in_its_order(clerk: User) -> None:
    """Whatever order PostgreSQL wrote them in."""
    upload = make_upload(UploadState.APPLIED, by=clerk)
    for position in (3, 1, 2):
        make_row(upload, Group.UNKNOWN, position=position, place=position)
    rows = {row.pk: row.position for row in upload.rows.all()}
    found = [rows[one.row_id] for one in differences.work_list(NOW) if one.row_id]
    assert found == [1, 2, 3]


def test_amount_that_could_not_be_read_is_never_zero(clerk: User) -> None:
    upload = make_upload(UploadState.APPLIED, by=clerk)
    row = make_fault(upload, "金额", "3OO.00", "含字母 O", "改成 300.00")
    [one] = differences.work_list(NOW)
    assert (one.amount_fen, one.text) == (None, f"拒收：订单 {row.order_number}，金额读不出")


def test_they_are_counted_as_they_are_listed(clerk: User) -> None:
    upload = make_upload(UploadState.APPLIED, by=clerk)
    for number in range(3):
        make_row(upload, Group.UNKNOWN, moved_at=NOW + timedelta(days=number // 2))
    listed = Counter((one.channel, one.day) for one in differences.work_list(NOW))
    assert differences.counted(NOW) == listed
    assert sorted(listed.values()) == [1, 2]
