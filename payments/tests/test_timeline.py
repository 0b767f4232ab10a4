"""Where the money is: who holds it, since when, and until when that is normal."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from payments.standing import Waits
from payments.states import OrderState
from payments.tests.factories import NOW, minutes
from payments.timeline import Facts, Holder, Hop, Pace, Stop, Verification, current, timeline

WAITS = Waits(minutes(20), minutes(30), minutes(2880))
DAY = timedelta(days=1)
HERE = ZoneInfo("Asia/Shanghai")
OPEN = Facts(OrderState.OPEN, NOW, NOW + minutes(20), handed_over=True, held=True)
CLAIMED = replace(OPEN, claimed_at=NOW + minutes(5))
CLOSED = replace(OPEN, state=OrderState.CLOSED, closed_at=NOW + minutes(20), held=False)
PAID = replace(
    OPEN, state=OrderState.PAID, held=False, paid_at=NOW + minutes(3), lines=3, received=True,
    recorded_at=NOW + minutes(4), verifications=(Verification(False, NOW + 9 * DAY),),
)  # fmt: skip
RECONCILED = replace(PAID, reconciled_at=NOW + DAY)


def here(facts: Facts, after: timedelta) -> Stop:
    found = current(timeline(facts, NOW + after, WAITS))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("facts", "after", "hop", "holder", "text", "until"),
    [
        (OPEN, minutes(1), Hop.CASHIER, Holder.PAYER, "等付款", minutes(20)),
        (replace(OPEN, handed_over=False), minutes(1), Hop.CASHIER, Holder.PAYER,
         "还没有转到缴费平台", minutes(20)),
        (CLAIMED, minutes(6), Hop.CASHIER, Holder.CHANNEL, "确认中，请勿重复缴费", 2 * DAY),
        (OPEN, minutes(20), Hop.CASHIER, Holder.CHANNEL, "确认中，请勿重复缴费", 2 * DAY),
        (CLAIMED, 2 * DAY, Hop.CASHIER, Holder.FINANCE, "渠道一直没有结果，财务处核对", 9 * DAY),
        (CLOSED, minutes(30), Hop.CASHIER, Holder.CHANNEL,
         "平台已关单，没有收到付款；这之前付的仍会记上", minutes(20) + 2 * DAY),
        (replace(CLOSED, claimed_at=NOW), 2 * DAY, Hop.CASHIER, Holder.FINANCE,
         "平台没有收到付款，财务处核对声明的付款", 9 * DAY),
        (PAID, minutes(5), Hop.RECONCILED, Holder.FINANCE, "等渠道次日的对账单", None),
        (PAID, 3 * DAY, Hop.RECONCILED, Holder.FINANCE, "渠道的对账单比平常晚，财务处跟进", None),
        (RECONCILED, 2 * DAY, Hop.VERIFIED, Holder.TEACHING, "由教学部核实", 9 * DAY),
        (replace(PAID, surplus_fen=100), minutes(5), Hop.PORTAL, Holder.FINANCE,
         "已入账，有余款在财务处核对", minutes(4) + 7 * DAY),
        (replace(PAID, own_channel=True), minutes(5), Hop.VERIFIED, Holder.TEACHING,
         "由教学部核实", 9 * DAY),
    ],
    ids=["open", "not handed over", "claimed", "expired", "claimed for two days", "closed",
         "closed, claimed for two days", "paid", "file is late", "reconciled", "surplus",
         "own channel"],
)  # fmt: skip
def test_who_holds_it_and_until_when(
    facts: Facts, after: timedelta, hop: Hop, holder: Holder, text: str, until: timedelta | None
) -> None:
    found = here(facts, after)
    assert (found.hop, found.holder, found.text) == (hop, holder, text)
    if until is not None:
        assert found.until == NOW + until


@pytest.mark.parametrize(
    ("facts", "after", "texts"),
    [
        (CLOSED, minutes(30), ("多记过一笔，已更正；另外付过的仍会记上", "等平台的结果")),
        (CLOSED, 3 * DAY, ("多记过一笔，已更正：平台没有收到付款", "没有这笔付款")),
        (replace(CLOSED, told_again=NOW + 2 * DAY), 3 * DAY,
         ("平台又告知收到了付款，财务处核对", "等平台的结果")),
    ],
    ids=["watched", "watched long enough", "told again"],
)  # fmt: skip
def test_what_was_taken_back_is_called_unpaid_only_once_the_platform_is_silent(
    facts: Facts, after: timedelta, texts: tuple[str, str]
) -> None:
    stops = timeline(replace(facts, taken_back=True), NOW + after, WAITS)
    assert tuple(stop.text for stop in stops[1:3]) == texts


def test_a_case_is_as_old_as_its_surplus() -> None:
    later = NOW + 3 * DAY  # withdrawn long after it was paid
    found = here(replace(PAID, surplus_fen=100, surplus_at=later), 4 * DAY)
    assert (found.since, found.until) == (later, later + 7 * DAY)


def test_statement_is_expected_by_the_next_evening() -> None:
    local = replace(PAID, paid_at=(NOW + minutes(3)).astimezone(HERE))
    until = here(local, minutes(5)).until
    assert until is not None
    assert until.isoformat() == "2025-04-24T22:15:00+08:00"


@pytest.mark.parametrize("facts", [OPEN, CLAIMED, CLOSED, PAID, RECONCILED])
@pytest.mark.parametrize("after", [minutes(1), minutes(20), DAY, 2 * DAY, 9 * DAY])
def test_six_hops_and_at_most_one_is_now(facts: Facts, after: timedelta) -> None:
    stops = timeline(facts, NOW + after, WAITS)
    assert [stop.hop for stop in stops] == list(Hop)
    assert [stop.pace for stop in stops].count(Pace.NOW) <= 1


@pytest.mark.parametrize("facts", [OPEN, CLAIMED, PAID, RECONCILED])
@pytest.mark.parametrize("after", [minutes(1), 2 * DAY, 9 * DAY])
def test_failure_is_never_said_unless_the_gateway_closed_it(facts: Facts, after: timedelta) -> None:
    words = "".join(stop.text for stop in timeline(facts, NOW + after, WAITS))
    assert [bad for bad in ("失败", "没有收到付款", "关单") if bad in words] == []


def test_verified_says_when_the_last_of_its_courses_was() -> None:
    times = (NOW + DAY, NOW + 2 * DAY)
    facts = replace(RECONCILED, verifications=tuple(Verification(True, None, at) for at in times))
    assert timeline(facts, NOW + 9 * DAY, WAITS)[-1].since == NOW + 2 * DAY


def test_verified_is_the_end() -> None:
    facts = replace(RECONCILED, verifications=(Verification(True), Verification(True)))
    assert current(timeline(facts, NOW + 9 * DAY, WAITS)) is None


@pytest.mark.parametrize(
    ("second", "pace"), [(True, Pace.DONE), (False, Pace.NOW)], ids=["all", "one is not"]
)
def test_verified_before_the_statement_came_nobody_waits_for_it(second: bool, pace: Pace) -> None:
    facts = replace(PAID, verifications=(Verification(True), Verification(second)))
    stops = {stop.hop: stop for stop in timeline(facts, NOW + minutes(5), WAITS)}
    assert stops[Hop.RECONCILED].pace is pace
    assert (stops[Hop.VERIFIED].pace is Pace.DONE) is second
