"""The page of a round in admin: saving, publishing, and what a published round keeps."""

from datetime import datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client

from retake.models import Round
from retake.states import RoundState
from retake.tests import factories as make
from retake.tests.factories import CLOSES, OPENS, PAY_CLOSES

pytestmark = pytest.mark.django_db
ODD = timedelta(seconds=17, microseconds=5)


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make.make_staff())
    return client


def address(row: Round, action: str = "change") -> str:
    return f"/admin/retake/round/{row.pk}/{action}/"


def typed(staff: Client, row: Round, **changes: str) -> dict[str, str]:
    """What a browser sends back of the page, with CRLF line ends and prices without zeros."""
    form = staff.get(address(row)).context["adminform"].form
    sent: dict[str, str] = {}
    for bound in form:
        value = bound.value()
        if hasattr(bound.field, "fields"):
            sent |= halves(bound.name, value)
        elif value is not None:
            sent[bound.name] = str(value).removesuffix(".00").replace("\n", "\r\n")
    return sent | changes


def halves(name: str, value: datetime | None) -> dict[str, str]:
    """A day and a time without seconds, as the Chinese widget shows them."""
    if value is None:
        return {f"{name}_0": "", f"{name}_1": ""}
    local = value.astimezone(make.SHANGHAI)
    return {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M}"}


def post(staff: Client, row: Round, action: str = "change", **changes: str) -> HttpResponse:
    answer = staff.post(address(row, action), typed(staff, row, **changes))
    row.refresh_from_db()
    return answer  # type: ignore[return-value]  # the client's own type


def errors(answer: HttpResponse) -> list[str]:
    form = answer.context["adminform"].form  # type: ignore[attr-defined]
    return [message for messages in form.errors.values() for message in messages]


def test_saving_an_untouched_page_changes_nothing(staff: Client) -> None:
    row = make.make_round(enrol_opens_at=OPENS + ODD)
    assert post(staff, row).status_code == 302
    assert (row.notice_version, row.notice, row.enrol_opens_at) == (
        1,
        "第一条\n第二条",
        OPENS + ODD,
    )
    assert LogEntry.objects.count() == 0


def test_a_new_word_in_the_notice_is_a_new_version(staff: Client) -> None:
    row = make.make_round(enrol_opens_at=OPENS + ODD)
    post(staff, row, notice="第一条\r\n第三条")
    assert (row.notice, row.notice_version) == ("第一条\n第三条", 2)
    assert (row.fee_unit_fen, row.enrol_opens_at) == (10_000, OPENS + ODD)
    assert LogEntry.objects.count() == 1


def test_publishing_saves_what_was_typed(staff: Client) -> None:
    row = make.make_round(published=False)
    answer = post(staff, row, "publish", name="春季重修", fee_unit_fen="129.50")
    assert [str(one) for one in get_messages(answer.wsgi_request)] == ["已发布。"]  # type: ignore[attr-defined]
    assert (row.name, row.fee_unit_fen, row.state) == ("春季重修", 12_950, RoundState.PUBLISHED)


def test_refused_publishing_keeps_what_was_typed(staff: Client) -> None:
    row = make.make_round(published=False)
    post(staff, row, "publish", name="春季重修", verify_on="")
    assert (row.name, row.verify_on, row.state) == ("春季重修", None, RoundState.DRAFT)


def test_publishing_with_an_error_shows_it_with_everything_typed(staff: Client) -> None:
    row = make.make_round(published=False)
    answer = post(staff, row, "publish", name="春季重修", fee_unit_fen="一百")
    assert (answer.status_code, row.state) == (200, RoundState.DRAFT)
    page = answer.content.decode()
    assert ('value="春季重修"' in page, f'action="{address(row)}"' in page) == (True, True)


def test_archiving_saves_what_was_typed(staff: Client) -> None:
    row = make.make_round()
    post(staff, row, "archive", name="春季重修")
    assert (row.name, row.state) == ("春季重修", RoundState.ARCHIVED)


def test_term_and_rules_of_a_published_round_are_fixed(staff: Client) -> None:
    row, other = make.make_round(), make.make_rules()
    elsewhere = make.make_term("2023-2024-2", current=False)
    term, rules = row.term_id, row.rule_set_id
    post(staff, row, term=str(elsewhere.pk), rule_set=str(other.pk))
    assert (row.term_id, row.rule_set_id) == (term, rules)


def test_a_published_round_cannot_lose_a_date(staff: Client) -> None:
    row = make.make_round()
    answer = post(staff, row, verify_on="", pay_closes_at_0="", pay_closes_at_1="")
    assert sorted(errors(answer)) == [
        "已发布的轮次不能没有缴费截止。",
        "已发布的轮次不能没有计划核实日期。",
    ]
    assert row.pay_closes_at == PAY_CLOSES


def test_dates_of_a_published_round_keep_their_order(staff: Client) -> None:
    row = make.make_round()
    answer = post(staff, row, verify_on="2025-04-20")
    assert errors(answer) == ["没有保存：核实不能早于缴费截止；核实不能早于对账。"]


@pytest.mark.parametrize(
    "changes",
    [
        {"enrol_opens_at_0": "0001-01-01", "enrol_opens_at_1": "00:00"},  # could not be read again
        {"verify_on": "9999-12-31", "college_deadline": "9999-12-31"},  # no working day after it
    ],
)
def test_a_year_nobody_means_is_refused(staff: Client, changes: dict[str, str]) -> None:
    row = make.make_round(make.make_rules())
    before = (row.enrol_opens_at, row.verify_on, row.college_deadline)
    answer = post(staff, row, **changes)
    assert set(errors(answer)) == {"年份不对，核对后再保存。"}
    assert (row.enrol_opens_at, row.verify_on, row.college_deadline) == before


def test_published_rounds_cannot_be_moved_over_each_other(staff: Client) -> None:
    week = timedelta(days=7)
    make.make_round(name="第一轮")
    row = make.make_round(
        enrol_opens_at=OPENS + week,
        enrol_closes_at=CLOSES + week,
        pay_closes_at=PAY_CLOSES + week,
        verify_on=PAY_CLOSES.date() + 2 * week,
        college_deadline=PAY_CLOSES.date() + 3 * week,
    )
    answer = post(staff, row, enrol_opens_at_0="2025-04-25", enrol_opens_at_1="12:00")
    assert errors(answer) == ["没有保存：报名时间与“第一轮”重叠。"]


def test_a_draft_may_stay_incomplete(staff: Client) -> None:
    row = make.make_round(published=False)
    assert post(staff, row, verify_on="").status_code == 302
    assert row.verify_on is None


def test_history_tells_of_copying_publishing_and_archiving(staff: Client) -> None:
    last = make.make_round()
    staff.post("/admin/retake/round/copy/")
    draft = Round.objects.exclude(pk=last.pk).get()
    staff.post(address(last, "archive"), typed(staff, last))
    dates = {
        name: getattr(last, name) for name in ("reconcile_on", "verify_on", "college_deadline")
    }
    Round.objects.filter(pk=draft.pk).update(
        enrol_opens_at=OPENS, enrol_closes_at=CLOSES, pay_opens_at=OPENS,
        pay_closes_at=PAY_CLOSES, **dates,
    )  # fmt: skip
    post(staff, draft, "publish")
    lines = LogEntry.objects.order_by("pk").values_list("object_id", "change_message")
    assert list(lines) == [
        (str(draft.pk), "从上一轮复制"),
        (str(last.pk), "已归档"),
        (str(draft.pk), "已发布"),
    ]
