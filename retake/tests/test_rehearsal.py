"""Rehearsing a round in admin: nothing changes, nothing is hidden from whom it concerns."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.accounts.roles import Role
from portal.audit.models import Opening
from portal.jobs.models import Job
from portal.jobs.services import work
from portal.records.models import GradeAttempt, MakeupSitting
from retake.admin import rehearsal
from retake.admin.rehearsal_form import own_values
from retake.models import Enrollment, Round
from retake.rehearsal import job as jobs
from retake.rehearsal.tally import Summary
from retake.tests import factories as make

pytestmark = pytest.mark.django_db


def draft(**changes: Any) -> Round:
    """Opens in a week."""
    now = timezone.now()
    windows = {
        "enrol_opens_at": now + timedelta(days=7),
        "enrol_closes_at": now + timedelta(days=12),
    }
    return make.make_round(published=False, **(windows | changes))


def office(role: Role = Role.TEACHING) -> Client:
    client = Client()
    client.force_login(make.make_staff(role, make.make_college()))
    return client


def address(row: Round, tail: str = "") -> str:
    return f"/admin/retake/round/{row.pk}/rehearsal/{tail}"


def tried(row: Round, **values: str) -> dict[str, str]:
    """What the form sends after these fields were changed."""
    return {
        name: "" if value is None else value for name, value in own_values(row).items()
    } | values


def sums(row: Round, **values: str) -> Summary:
    found: Summary = office().get(address(row), tried(row, **values)).context["sums"]
    return found


def state() -> tuple[int, int, int]:
    return Round.objects.count(), Enrollment.objects.count(), GradeAttempt.objects.count()


@pytest.fixture
def row() -> Round:
    """A draft after a round with a cap of three, a student with four failed courses."""
    make.make_round()
    student = make.make_student(timezone.localdate().year)
    for _ in range(4):
        make.fail(student)
    return draft()


def test_shows_the_round_as_it_stands_and_changes_nothing(row: Round) -> None:
    before = state()
    found = sums(row)
    assert (found.students_in, found.total.courses, found.places["over"]) == (1, 3, 1)
    assert found.total.fen == 3 * 40_000
    assert state() == before


def test_values_are_tried_without_being_saved(row: Round) -> None:
    found = sums(row, cap_default="", fee_unit_fen="129.50")
    assert (found.total.courses, found.total.fen) == (4, 4 * 51_800)
    assert (found.gained, found.before_fen) == (1, 120_000)
    row.refresh_from_db()
    assert row.fee_unit_fen == 10_000


def test_past_terms_are_rehearsed_with_their_own_data(row: Round) -> None:
    student = make.make_student(2023)
    course = make.fail(student)
    make.pass_course(student, course)
    make.make_term("2024-2025-1", current=False)
    found = sums(row, as_of="2024-2025-1")
    assert (found.students_in, found.total.courses) == (1, 1)


def test_another_window_lets_other_students_in(row: Round) -> None:
    """Before the 补考 nobody may enrol, once it was missed he may."""
    student, today = make.make_student(timezone.localdate().year), timezone.localdate()
    course = make.fail(student, makeup=False)
    MakeupSitting.objects.create(
        student=student, course=course, term=row.term, sits_on=today + timedelta(days=10)
    )
    closes = f"{today + timedelta(days=20)}"
    early = sums(row, opens_on=f"{today + timedelta(days=9)}", closes_on=closes)
    late = sums(row, opens_on=f"{today + timedelta(days=11)}", closes_on=closes)
    assert late.total.courses - early.total.courses == 1
    page = office().get(address(row), tried(row, closes_on=f"{today}")).content.decode()
    assert "报名截止不能早于报名开始。" in page


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"fee_unit_fen": "一百"}, "fee_unit_fen"),
        ({"fee_unit_fen": ""}, "fee_unit_fen"),
        ({"cap_default": "-1"}, "cap_default"),
        ({"cap_default": "99999999999"}, "cap_default"),
        ({"rule_set": "999999"}, "rule_set"),
        ({"fee_policy": "free"}, "fee_policy"),
        ({"fee_policy": "flat"}, "fee_practice_fen"),
        ({"free_attempts": ""}, "free_attempts"),
        ({"as_of": "2099-2100-1"}, "as_of"),
    ],
)
def test_impossible_values_are_told_at_their_field(
    row: Round, values: dict[str, str], field: str
) -> None:
    answer = office().get(address(row), tried(row, **values))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert "sums" not in answer.context


def test_a_draft_without_rules_is_asked_for_them() -> None:
    answer = office().get(address(draft(rule_set=None, fee_unit_fen=None)))
    assert {"rule_set", "fee_unit_fen"} == set(answer.context["form"].errors)


@pytest.mark.parametrize("tail", ["", "start/"])
def test_open_rounds_are_not_rehearsed(tail: str) -> None:
    opened = make.make_round()
    client = office()
    answer = client.post(address(opened, tail)) if tail else client.get(address(opened))
    assert answer["Location"] == f"/admin/retake/round/{opened.pk}/board/"
    assert Job.objects.count() == 0


def test_published_rounds_are_rehearsed_until_they_open(row: Round) -> None:
    moments = {name: getattr(row, name) for name in ("enrol_opens_at", "enrol_closes_at")}
    later = make.make_round(**moments, pay_closes_at=timezone.now() + timedelta(days=20))
    page = office().get(f"/admin/retake/round/{later.pk}/change/").content.decode()
    assert address(later) in page
    assert sums(later).total.courses == 3


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.FINANCE])
@pytest.mark.parametrize("tail", ["", "file/", "start/"])
def test_only_who_changes_rounds_rehearses_them(row: Round, role: Role, tail: str) -> None:
    client = office(role)
    answer = client.post(address(row, tail)) if tail == "start/" else client.get(address(row, tail))
    assert answer.status_code == 403


def test_sheet_has_a_row_for_every_line(row: Round) -> None:
    answer = office().get(address(row, "file/"), tried(row))
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)), read_only=True)  # type: ignore[attr-defined]
    rows = [dict(zip(*pair, strict=True)) for pair in _paired(list(book.worksheets[0].values))]
    assert [one["结果"] for one in rows] == ["可以报名"] * 3 + ["超过门数上限"]
    assert [one["费用（元）"] for one in rows] == ["400.00"] * 3 + [None]
    taken = Opening.objects.get()
    assert (taken.what, taken.reason) == (jobs.SHEET, "work")
    assert f"/round/{row.pk}/rehearsal/" in taken.place


def _paired(values: list[tuple[object, ...]]) -> list[tuple[tuple[object, ...], ...]]:
    return [(values[0], row) for row in values[1:]]


def test_costs_the_same_for_any_number_of_students(row: Round) -> None:
    client, costs = office(), set()
    for number in (1, 3, 20):
        for _ in range(number):
            make.fail(make.make_student())
        with CaptureQueriesContext(connection) as found:
            client.get(address(row))
        costs.add(len(found))
    assert len(costs) == 1


def test_large_colleges_are_rehearsed_in_the_background(
    row: Round,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    for _ in range(4):
        make.fail(make.make_student())
    at_once = sums(row, cap_default="2")
    monkeypatch.setattr(rehearsal, "AT_ONCE", 3)
    monkeypatch.setattr(jobs, "GROUP", 2)
    client = office()
    with django_capture_on_commit_callbacks():
        answer = client.post(address(row, "start/"), tried(row, cap_default="2"))
    job = Job.objects.get()
    assert answer["Location"] == f"/admin/jobs/job/{job.pk}/change/"
    assert job.items.count() == 3
    assert "sums" not in client.get(address(row)).context
    work(job.pk, timezone.now)
    page = client.get(address(row))
    assert page.context["sums"] == at_once
    assert page.context["conditions"][0] == ("R7 每学期门数上限", "2 门")
    sheet = client.get(f"/admin/jobs/job/{job.pk}/files/{jobs.SHEET}/")
    assert b"".join(sheet.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_a_round_edited_meanwhile_is_rehearsed_as_it_was_asked(
    row: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "AT_ONCE", 0)
    monkeypatch.setattr(jobs, "GROUP", 1)
    make.fail(make.make_student())
    office().post(address(row, "start/"), tried(row))
    job = Job.objects.get()
    Round.objects.filter(pk=row.pk).update(fee_unit_fen=1, enrol_closes_at=None)
    work(job.pk, timezone.now)
    job.refresh_from_db()
    found = jobs.result_of(job)
    assert found is not None
    assert found.total.fen == found.total.courses * 40_000
    [run] = jobs.jobs_of_round(row.pk)
    assert vars(run)["share"] == 100


def test_nobody_with_grades_is_told() -> None:
    row = draft()
    answer = office().post(address(row, "start/"), tried(row), follow=True)
    assert "没有选中任何学生" in answer.content.decode()


def test_day_of_a_past_term_is_as_far_into_it() -> None:
    row = draft(enrol_opens_at=make.OPENS, enrol_closes_at=make.CLOSES)
    make.make_term("2023-2024-2", current=False)
    plan = office().get(address(row), tried(row, as_of="2023-2024-2")).context["plan"]
    assert (plan.today, plan.closes_on) == (date(2024, 4, 20), date(2024, 4, 24))
