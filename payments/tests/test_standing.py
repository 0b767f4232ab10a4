"""Where a charge stands, to the millisecond (retake manual, part three)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from payments.standing import (
    LineHistory,
    PayWindow,
    Standing,
    Waits,
    claim_ends,
    deadline,
    may_release,
    position,
)
from payments.states import ChargeState, LineState, OrderState

OPENED = datetime(2025, 4, 23, 6, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)
WAITS = Waits(timedelta(minutes=20), timedelta(minutes=30), timedelta(days=2))
WINDOW = PayWindow(OPENED - timedelta(days=2), OPENED + timedelta(days=7))
DUE = OPENED + timedelta(minutes=20)
AGAIN = DUE + timedelta(minutes=30)
HELD = LineHistory(
    1, "ZZJF1", OrderState.OPEN, OPENED, None, None, LineState.HELD, None, None
)  # fmt: skip
RELEASED = replace(
    HELD,
    state=LineState.RELEASED,
    order_state=OrderState.CLOSED,
    closed_at=DUE,
    released_at=DUE,
    payable_again_at=AGAIN,
)


def stands(
    now: datetime,
    *lines: LineHistory,
    charge: ChargeState = ChargeState.OWED,
    window: PayWindow = WINDOW,
) -> tuple[Standing, datetime | None]:
    found = position(charge, lines, window, now, WAITS)
    return found.standing, found.until


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPENED, (Standing.HELD, DUE)),
        (DUE - MS, (Standing.HELD, DUE)),
        (DUE, (Standing.CONFIRMING, OPENED + WAITS.watch)),
    ],
    ids=["opened", "19:59.999", "20:00"],
)
def test_held_until_twenty_minutes(now: datetime, expected: tuple[Standing, datetime]) -> None:
    assert stands(now, HELD) == expected


@pytest.mark.parametrize(("now", "may"), [(DUE - MS, False), (DUE, True)])
def test_release_from_twenty_minutes_on(now: datetime, may: bool) -> None:
    assert may_release(HELD, now, WAITS) is may


@pytest.mark.parametrize(
    ("now", "standing"),
    [(DUE, Standing.COOLING), (AGAIN - MS, Standing.COOLING), (AGAIN, Standing.WATCHED)],
    ids=["released", "29:59.999", "30:00"],
)
def test_payable_again_after_thirty_minutes(now: datetime, standing: Standing) -> None:
    assert stands(now, RELEASED)[0] is standing


def test_cooling_says_until_when() -> None:
    assert stands(DUE, RELEASED) == (Standing.COOLING, AGAIN)


@pytest.mark.parametrize(
    ("now", "standing"),
    [(DUE + WAITS.watch - MS, Standing.WATCHED), (DUE + WAITS.watch, Standing.PAYABLE)],
)
def test_watched_for_two_days_after_closing(now: datetime, standing: Standing) -> None:
    assert stands(now, RELEASED)[0] is standing


@pytest.mark.parametrize(
    ("now", "may"), [(DUE, False), (OPENED + WAITS.watch - MS, False), (OPENED + WAITS.watch, True)]
)
def test_claim_keeps_a_line_for_two_days(now: datetime, may: bool) -> None:
    claimed = replace(HELD, claimed_at=OPENED + timedelta(minutes=5))
    assert may_release(claimed, now, WAITS) is may


def test_claim_is_confirming_at_once() -> None:
    claimed = replace(HELD, claimed_at=OPENED)
    assert stands(OPENED, claimed) == (Standing.CONFIRMING, claim_ends(claimed, WAITS))


def test_claim_ends_when_the_gateway_closed_the_order() -> None:
    claimed = replace(HELD, claimed_at=OPENED, order_state=OrderState.CLOSED, closed_at=DUE)
    assert (may_release(claimed, DUE, WAITS), stands(DUE, claimed)) == (
        True,
        (Standing.CONFIRMING, claim_ends(claimed, WAITS)),
    )


@pytest.mark.parametrize(
    ("line", "now", "checking"),
    [
        (HELD, DUE - MS, False),
        (HELD, DUE, True),
        (replace(HELD, claimed_at=OPENED), DUE, False),
        (replace(HELD, claimed_at=OPENED), OPENED + WAITS.watch, True),
        (replace(HELD, order_state=OrderState.CLOSED), DUE - MS, True),
    ],
    ids=["open", "due", "claimed", "claim over", "closed"],
)
def test_held_line_nobody_can_pay_is_being_checked(
    line: LineHistory, now: datetime, checking: bool
) -> None:
    found = position(ChargeState.OWED, (line,), WINDOW, now, WAITS)
    assert found.is_checking is checking


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        (WINDOW.opens_at - MS, Standing.NOT_OPEN),
        (WINDOW.opens_at, Standing.PAYABLE),
        (WINDOW.closes_at, Standing.PAYABLE),
        (WINDOW.closes_at + MS, Standing.OVER),
    ],
)
def test_window_is_inclusive(now: datetime, standing: Standing) -> None:
    assert stands(now)[0] is standing


CLOSE = DUE + timedelta(minutes=1)  # payment closes while the course cools down
CLOSING = PayWindow(WINDOW.opens_at, CLOSE)
GRACE = AGAIN + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        (CLOSE + MS, Standing.COOLING),
        (AGAIN, Standing.WATCHED),
        (GRACE, Standing.WATCHED),
        (GRACE + MS, Standing.OVER),
    ],
)
def test_own_waits_never_cost_a_seat(now: datetime, standing: Standing) -> None:
    assert stands(now, RELEASED, window=CLOSING)[0] is standing


def test_held_at_closing_time_is_still_payable_after_its_waits() -> None:
    closing = PayWindow(WINDOW.opens_at, OPENED)
    assert stands(OPENED, HELD, window=closing) == (Standing.HELD, DUE)
    assert deadline((RELEASED,), closing, WAITS) == GRACE


def test_order_opened_in_the_grace_extends_nothing() -> None:
    second = replace(
        RELEASED, line_id=2, opened_at=CLOSE + MS, payable_again_at=GRACE + timedelta(hours=1)
    )
    assert deadline((RELEASED, second), CLOSING, WAITS) == GRACE


def test_cooling_that_ended_before_closing_extends_nothing() -> None:
    closing = PayWindow(WINDOW.opens_at, AGAIN)
    assert deadline((RELEASED,), closing, WAITS) == AGAIN


@pytest.mark.parametrize(
    ("charge", "standing"),
    [(ChargeState.VOID, Standing.VOID), (ChargeState.WAIVED, Standing.WAIVED)],
)
def test_nothing_owed(charge: ChargeState, standing: Standing) -> None:
    assert stands(OPENED, charge=charge)[0] is standing


def test_paid_line_means_paid() -> None:
    paid = replace(HELD, state=LineState.PAID, order_state=OrderState.PAID)
    assert stands(OPENED, paid)[0] is Standing.PAID


def test_refunded_line_leaves_an_owed_charge_payable() -> None:
    refunded = replace(HELD, state=LineState.REFUNDED, order_state=OrderState.PAID)
    assert stands(OPENED, refunded)[0] is Standing.PAYABLE


def test_workflow_refusal_is_passed_on() -> None:
    window = replace(WINDOW, refusal="这门课已退报名。")
    found = position(ChargeState.OWED, (), window, OPENED, WAITS)
    assert (found.standing, found.sentence) == (Standing.REFUSED, "这门课已退报名。")
