"""The teaching office opens rounds and watches them; colleges see what they offer."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from payments.tests.factories import pay
from portal.accounts.roles import Role
from portal.records.states import VeteranState
from retake.admin.yuan import YuanField
from retake.models import Enrollment, Round
from retake.states import EnrollmentState, RoundState
from retake.tests import factories as make

pytestmark = pytest.mark.django_db
LIST = "/admin/retake/enrollment/"


def around_now() -> dict[str, datetime]:
    """Windows around the real clock, which admin reads."""
    now, day = timezone.now(), timedelta(days=1)
    return {
        "enrol_opens_at": now - day,
        "enrol_closes_at": now + day,
        "pay_opens_at": now - day,
        "pay_closes_at": now + day,
    }


def signed_in(client: Client, role: Role = Role.TEACHING, college: str = "") -> Client:
    client.force_login(make.make_staff(role, make.make_college(college) if college else None))
    return client


def rows_of(answer: object) -> set[int]:
    return {row.pk for row in answer.context["cl"].queryset}  # type: ignore[attr-defined]


def test_board_counts_by_state_and_money(client: Client) -> None:
    world = make.make_world(4, grade_year=2022)
    rows = world.enroll()
    pay(world.open_order(*rows[:2]))
    world.open_order(rows[2])
    answer = signed_in(client).get(f"/admin/retake/round/{world.round.pk}/board/")
    money = {one.label: (one.count, one.fee_fen) for one in answer.context["by_money"]}
    states = {one.label: one.count for one in answer.context["by_state"]}
    assert money == {
        "未缴": (1, 40_000),
        "付款中": (1, 40_000),
        "已缴": (2, 80_000),
        "免缴": (0, 0),
    }
    assert (states["已报名"], states["已退报名"]) == (4, 0)


def test_numbers_of_the_board_lead_to_their_rows(client: Client) -> None:
    world = make.make_world(3)
    rows = world.enroll()
    pay(world.open_order(*rows[:2]))
    staff = signed_in(client)
    address = f"{LIST}?round__id__exact={world.round.pk}&money=paid"
    board = staff.get(f"/admin/retake/round/{world.round.pk}/board/").content.decode()
    assert address.replace("&", "&amp;") in board
    assert rows_of(staff.get(address)) == {row.pk for row in rows[:2]}


def test_list_costs_the_same_for_any_number_of_rows(client: Client) -> None:
    staff = signed_in(client)
    costs = set()
    for courses in (1, 3, 20):
        make.make_world(courses, grade_year=2022).enroll()
        with CaptureQueriesContext(connection) as found:
            staff.get(LIST)
        costs.add(len(found))
        Round.objects.update(state=RoundState.ARCHIVED)
    assert len(costs) == 1


def test_college_sees_only_the_courses_it_offers(client: Client) -> None:
    world = make.make_world(2)
    own = make.fail(world.student, make.make_course(offering_college=make.make_college("化工学院")))
    [row] = world.enroll(own)
    world.enroll()
    answer = signed_in(client, Role.REVIEWER, "化工学院").get(LIST)
    assert rows_of(answer) == {row.pk}
    assert "按开课学院：只显示化工学院开的课" in answer.content.decode()


def test_college_cannot_open_other_rows_cancel_or_override(client: Client) -> None:
    [row] = make.make_world().enroll()
    staff = signed_in(client, Role.REVIEWER, "化工学院")
    assert staff.get(f"{LIST}{row.pk}/change/").status_code == 302
    assert staff.post(f"{LIST}{row.pk}/cancel/", {"reason": "x"}).status_code == 404
    assert staff.get(f"{LIST}override/").status_code == 403
    row.refresh_from_db()
    assert row.state == EnrollmentState.ENROLLED


def test_students_have_no_admin(client: Client) -> None:
    client.force_login(make.make_student().user)  # type: ignore[arg-type]
    assert client.get(LIST).status_code == 302


def test_copy_leads_to_a_draft(client: Client) -> None:
    last = make.make_round()
    staff = signed_in(client)
    to = staff.post("/admin/retake/round/copy/")["Location"]
    draft = Round.objects.exclude(pk=last.pk).get()
    assert to == f"/admin/retake/round/{draft.pk}/change/"
    assert draft.state == RoundState.DRAFT


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("129.50", 12_950), ("100", 10_000), ("1,100.00", 110_000), ("", None), ("0", 0)],
)
def test_prices_are_typed_in_yuan(typed: str, fen: int | None) -> None:
    assert YuanField(required=False).clean(typed) == fen


@pytest.mark.parametrize("typed", ["12.345", "-1", "一百"])
def test_wrong_prices_are_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        YuanField(required=False).clean(typed)


@pytest.mark.parametrize("action", ["copy", "1/publish", "1/archive"])
def test_round_buttons_take_no_get(client: Client, action: str) -> None:
    assert signed_in(client).get(f"/admin/retake/round/{action}/").status_code == 405


def test_override_form(client: Client) -> None:
    world = make.make_world()
    early = make.fail(world.student, makeup=False)
    Round.objects.filter(pk=world.round.pk).update(**around_now())
    sent = {
        "student_id": world.student.number,
        "course_id": early.code,
        "round_id": world.round.pk,
        "reason": "毕业前最后一次机会",
    }
    staff = signed_in(client)
    answer = staff.post(f"{LIST}override/", sent)
    row = Enrollment.objects.get()
    assert answer["Location"] == f"{LIST}{row.pk}/change/"
    again = staff.post(f"{LIST}override/", sent)
    assert again.status_code == 400
    assert "这名学生本学期已有这门课的报名（已报名）。" in again.content.decode()


def test_override_form_with_wrong_numbers(client: Client) -> None:
    world = make.make_world()
    sent = {"student_id": "0", "course_id": "0", "round_id": world.round.pk, "reason": "x"}
    page = signed_in(client).post(f"{LIST}override/", sent).content.decode()
    assert ("没有这个学号。" in page, "没有这个课程代码。" in page) == (True, True)


def test_cancel_button(client: Client) -> None:
    [row] = make.make_world().enroll()
    signed_in(client).post(f"{LIST}{row.pk}/cancel/", {"reason": "人数不足，不开班。"})
    row.refresh_from_db()
    assert row.state == EnrollmentState.CANCELLED


def test_detail_shows_the_trace(client: Client) -> None:
    [row] = make.make_world().enroll()
    page = signed_in(client).get(f"{LIST}{row.pk}/change/").content.decode()
    assert "报名记录" in page


def test_claim_is_decided_by_button(client: Client) -> None:
    claim = make.make_veteran(make.make_student(), VeteranState.PENDING)
    staff = signed_in(client)
    page = staff.get(f"/admin/retake/veteranclaim/{claim.pk}/change/").content.decode()
    assert "认定，减免重修费" in page
    staff.post(f"/admin/retake/veteranclaim/{claim.pk}/decide/", {"decision": "approve"})
    claim.refresh_from_db()
    assert claim.state == VeteranState.APPROVED


def test_rule_versions_are_added_never_changed(client: Client) -> None:
    rules = make.make_rules(cap_default=5)
    staff = signed_in(client)
    form = staff.get("/admin/retake/ruleset/add/").context["adminform"].form
    assert form.initial["cap_default"] == 5
    assert staff.post(f"/admin/retake/ruleset/{rules.pk}/change/", {"name": "x"}).status_code == 403
