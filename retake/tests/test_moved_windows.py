"""A published round gets other windows: shorter ones are asked for once, students hear of both."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from payments.tests.factories import pay
from portal.inbox.models import Message
from retake.models import Round
from retake.services.rounds import revise
from retake.services.windows import Concerned, concerned, shortened
from retake.tests import factories as make
from retake.tests.factories import CLOSES, NOW, OPENS, PAY_CLOSES
from retake.tests.opened import open_now
from retake.tests.test_round_form import errors, halves, post

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def heard() -> list[tuple[str, str]]:
    rows = Message.objects.filter(key__startswith="retake:moved:window").order_by("pk")
    return list(rows.values_list("title", "body"))


def move(row: Round, now: datetime = NOW, **dates: datetime) -> int:
    for name, value in dates.items():
        setattr(row, name, value)
    return revise(row, list(dates), now)


def test_a_payment_window_that_moves_is_told_with_both_dates_and_what_is_unpaid() -> None:
    world = make.make_world(2)
    paid, _ = world.enroll()
    pay(world.open_order(paid), now=NOW)
    assert concerned(world.round) == Concerned(1, 1)
    assert move(world.round, pay_closes_at=PAY_CLOSES - HOUR) == 1
    said = "缴费截止改为 4月29日（周二）16:00，原来是 4月29日（周二）17:00。"
    assert heard() == [
        (f"{world.round.name}的缴费截止有变", f"{said}还没缴费：{world.courses[1].name}。")
    ]


def test_a_longer_window_is_told_too() -> None:
    world = make.make_world()
    world.enroll()
    assert move(world.round, enrol_closes_at=CLOSES + HOUR) == 1
    assert [title for title, _ in heard()] == [f"{world.round.name}的报名截止有变"]


def test_who_pays_nothing_hears_nothing_of_payment() -> None:
    world = make.make_world()
    world.round.free_attempts = 1
    world.round.save(update_fields=["free_attempts"])
    world.enroll()
    assert concerned(world.round) == Concerned(1, 0)
    assert move(world.round, pay_closes_at=PAY_CLOSES - HOUR) == 0


@pytest.mark.parametrize("case", ["over", "same", "draft", "other field"])
def test_what_is_no_news_is_not_told(case: str) -> None:
    world = make.make_world()
    world.enroll()
    row, later = world.round, {"pay_closes_at": PAY_CLOSES + HOUR}
    if case == "over":
        told = move(row, PAY_CLOSES + 2 * HOUR, **later)
    elif case == "same":
        told = move(row, pay_closes_at=PAY_CLOSES)
    elif case == "draft":
        told = move(make.make_round(published=False), **later)
    else:
        told = revise(row, ["name"], NOW)
    assert (told, heard()) == (0, [])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("enrol_closes_at", CLOSES - HOUR, ["报名截止"]),
        ("enrol_closes_at", CLOSES + HOUR, []),
        ("pay_closes_at", PAY_CLOSES - HOUR, ["缴费截止"]),
        ("pay_opens_at", PAY_CLOSES - HOUR, ["缴费开始"]),
        ("enrol_opens_at", OPENS - HOUR, []),
    ],
)
def test_what_takes_time_away(name: str, value: datetime, said: list[str]) -> None:
    row = make.make_round()
    before = {one: getattr(row, one) for one in ("enrol_opens_at", "enrol_closes_at")}
    before |= {one: getattr(row, one) for one in ("pay_opens_at", "pay_closes_at")}
    setattr(row, name, value)
    assert shortened(before, row, NOW) == said
    assert shortened(before, row, PAY_CLOSES + 2 * HOUR) == []


def test_the_page_asks_once_before_it_takes_time_away(client: Client) -> None:
    world = make.make_world(2)
    world.enroll()
    now = timezone.now().astimezone(UTC)
    later = (now + timedelta(days=9)).date()
    open_now(world, reconcile_on=later, verify_on=later, college_deadline=later)
    world.round.refresh_from_db()
    client.force_login(make.make_staff())
    sooner = halves("pay_closes_at", now + timedelta(days=3))
    page = client.get(f"/admin/retake/round/{world.round.pk}/change/").content.decode()
    assert '<input type="hidden" name="confirm_earlier"' in page
    answer = post(client, world.round, **sooner)
    assert errors(answer) == [
        (
            "学生的时间变短了（缴费截止）：1 人已报名、其中 1 人未缴费，会收到消息。"
            "勾选确认再保存，或改回原来的时间。"
        )
    ]
    assert '<input type="checkbox" name="confirm_earlier"' in answer.content.decode()
    assert heard() == []
    answer = post(client, world.round, confirm_earlier="on", **sooner)
    said = [str(one) for one in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]
    assert said[0] == "时间有变，已通知 1 名学生。"
    assert len(heard()) == 1
    assert world.round.pay_closes_at < now + timedelta(days=3, minutes=1)  # type: ignore[operator]


def test_a_longer_window_is_saved_without_a_question(client: Client) -> None:
    world = make.make_world()
    world.enroll()
    now = timezone.now()
    later = (now + timedelta(days=9)).date()
    open_now(world, reconcile_on=later, verify_on=later, college_deadline=later)
    world.round.refresh_from_db()
    client.force_login(make.make_staff())
    answer = post(client, world.round, **halves("pay_closes_at", now + timedelta(days=6)))
    assert (answer.status_code, len(heard())) == (302, 1)
