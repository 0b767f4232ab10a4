"""Recorded statements do the same again in a database whose ids differ."""

from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from benchmarks.counting import Counter
from benchmarks.recording import Request, Statement, append, flows
from benchmarks.replay import renamed, replay_alone
from benchmarks.scratch import STRIDE, beside, one_row, spread_sequences
from portal.accounts.models import College
from portal.lib.prepared import Planned, Slot


def test_ids_are_renamed_wherever_they_stand() -> None:
    ids = {STRIDE + 1: STRIDE + 9}
    assert renamed((STRIDE + 1, "text", [STRIDE + 1, 5], True), ids) == (
        STRIDE + 9, "text", [STRIDE + 9, 5], True,
    )  # fmt: skip
    assert renamed({"ids": [STRIDE + 1], "at": 5}, ids) == {"ids": [STRIDE + 9], "at": 5}


def test_a_callback_belongs_to_the_student_whose_order_it_names(tmp_path: Path) -> None:
    number = "ZZJF20250306120000000001"
    ask = Statement("SELECT 1", (number,), begins=False, inside=False, rows=())
    his = Request("2022000001", 1.0, f"/payments/orders/{number}/return/", ())
    callback = Request("", 2.0, "/payments/callback/finance", (ask,))
    stranger = Request("", 3.0, "/healthz", ())
    for request in (callback, stranger, his):
        append(tmp_path / "one", request)
    assert flows(tmp_path) == [[his, callback]]


@pytest.mark.django_db
def test_an_address_that_was_sent_can_be_written_down(tmp_path: Path) -> None:
    counter = Counter()
    with connection.execute_wrapper(counter):
        assert not AccessAttempt.objects.filter(ip_address="10.0.0.1").exists()
    append(tmp_path / "one", Request("2022000001", 1.0, "/", tuple(counter.statements)))
    [[request]] = flows(tmp_path)
    assert "10.0.0.1" in request.statements[0].params


@pytest.mark.usefixtures("throwaway_database")
def test_the_same_rows_arise_again() -> None:
    url = beside(_address(), settings.DATABASES["default"]["NAME"])
    connection.close()
    spread_sequences(url)
    counter = Counter()
    with connection.execute_wrapper(counter):
        college = College.objects.create(code="A", name="甲")
        College.objects.filter(pk=college.pk).update(name="乙")
    before = [statement.sql.split()[0] for statement in counter.statements]
    College.objects.all().delete()
    replay_alone(url, counter.statements)
    assert before == ["INSERT", "UPDATE"]
    # A later id than the recorded one, and the update has found it.
    assert one_row(url, "SELECT count(*), max(id) FROM accounts_college WHERE name = '乙'") == (
        1,
        college.pk + 1,
    )


@pytest.mark.usefixtures("throwaway_database")
def test_what_the_server_has_prepared_is_told_to_it_again() -> None:
    @Planned
    def colleges() -> QuerySet[College]:
        return College.objects.filter(code=Slot("code"))

    counter = Counter()
    with connection.execute_wrapper(counter):
        colleges(code="A")
    [statement] = counter.statements
    assert (statement.sql.split()[0], statement.prepared.split()[0]) == ("EXECUTE", "PREPARE")
    replay_alone(beside(_address(), settings.DATABASES["default"]["NAME"]), [statement])


def _address() -> str:
    known = settings.DATABASES["default"]
    login = f"{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}"
    return f"postgres://{login}/postgres"
