"""The payment page worked out: batches, sums, times and the one button, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from payments.board import Board, Phase, build, current
from payments.plan import BatchKind
from payments.selectors import ChargePosition
from payments.standing import LineHistory, Position, Standing, Waits
from payments.states import LineState, OrderState
from portal.lib.status import Tone

NOW = datetime(2025, 4, 23, 6, 31, tzinfo=UTC)
WAITS = Waits(timedelta(minutes=20), timedelta(minutes=30), timedelta(days=2))
CLOSES = NOW + timedelta(days=6)


def line(number: str, state: LineState, opened: datetime, **fields: datetime | None) -> LineHistory:
    times = {"claimed_at": None, "closed_at": None, "released_at": None, "payable_again_at": None}
    return LineHistory(
        line_id=int(number.removeprefix("ZZJF")),
        order_number=number,
        order_state=OrderState.OPEN,
        opened_at=opened,
        state=state,
        **(times | fields),  # type: ignore[arg-type]  # times only
    )


def charge(charge_id: int, position: Position, group: str = "g:1") -> ChargePosition:
    number = position.line.order_number if position.line else ""
    return ChargePosition(
        charge_id, "test", str(charge_id), group, f"课程{charge_id}", 10_000, position, number
    )


def payable(charge_id: int) -> ChargePosition:
    return charge(charge_id, Position(Standing.PAYABLE, CLOSES))


def held(charge_id: int, number: str, opened: datetime, **fields: datetime) -> ChargePosition:
    known = line(number, LineState.HELD, opened, **fields)
    due = opened + WAITS.release_after
    standing = Standing.HELD if due > NOW and not fields else Standing.CONFIRMING
    until = due if standing is Standing.HELD else NOW + WAITS.watch
    checking = standing is Standing.CONFIRMING and known.claimed_at is None
    return charge(charge_id, Position(standing, until, known, is_checking=checking))


def paid(charge_id: int, number: str) -> ChargePosition:
    known = line(number, LineState.PAID, NOW - timedelta(days=1))
    return charge(charge_id, Position(Standing.PAID, line=known))


def cooling(charge_id: int, minutes: float) -> ChargePosition:
    again = NOW + timedelta(minutes=minutes)
    known = line(
        "ZZJF9",
        LineState.RELEASED,
        NOW - timedelta(minutes=40),
        released_at=again - WAITS.repay_after,
        payable_again_at=again,
    )
    return charge(charge_id, Position(Standing.COOLING, again, known))


def board(*items: ChargePosition) -> Board:
    return build(items, 3, NOW, WAITS)


def student_w() -> Board:
    """The mock: 3 paid, 3 in an open order, 1 cooling and 1 payable."""
    opened = NOW - timedelta(minutes=8)
    return board(
        *(paid(number, "ZZJF1") for number in (1, 2, 3)),
        *(held(number, "ZZJF2", opened) for number in (4, 5, 6)),
        cooling(7, 21),
        payable(8),
    )


def test_eight_courses_are_three_batches() -> None:
    shown = student_w()
    assert [len(panel.rows) for panel in shown.panels] == [3, 3, 2]
    assert (shown.paid_fen, shown.left_fen, shown.total_fen) == (30_000, 50_000, 80_000)
    assert shown.phase is Phase.OPEN


def test_open_order_is_the_one_thing_to_do() -> None:
    shown = student_w()
    assert [panel.is_next for panel in shown.panels] == [False, True, False]
    assert shown.panels[1].due == NOW + timedelta(minutes=12)
    assert shown.panels[1].repay_at == NOW + timedelta(minutes=42)


def test_half_a_batch_can_be_paid_now() -> None:
    last = student_w().panels[2]
    assert last.is_partial
    assert (last.payable_fen, last.total_fen) == (10_000, 20_000)
    assert last.slots == ("half", "ready", "off")
    assert last.status.text == "14:52 后可整批缴"


def test_cool_down_of_a_whole_batch_is_said_once() -> None:
    together = board(cooling(1, 10), cooling(2, 10)).panels[0]
    apart = board(cooling(1, 10), cooling(2, 11)).panels[0]
    clicked = board(cooling(1, 10), cooling(2, 10.1)).panels[0]
    mixed = board(cooling(1, 10), payable(2)).panels[0]
    assert together.shared_wait == together.rows[0].position
    assert apart.shared_wait is None
    assert clicked.shared_wait == clicked.rows[1].position
    assert mixed.shared_wait is None


def test_line_can_be_released_at_exactly_twenty_minutes() -> None:
    early = board(held(1, "ZZJF1", NOW - timedelta(minutes=20) + timedelta(milliseconds=1)))
    due = board(held(1, "ZZJF1", NOW - timedelta(minutes=20)))
    assert early.panels[0].rows[0].releasable is None
    assert due.panels[0].rows[0].releasable == 1


def test_claimed_line_has_no_release_button() -> None:
    claimed = board(held(1, "ZZJF1", NOW - timedelta(minutes=30), claimed_at=NOW))
    assert claimed.panels[0].rows[0].releasable is None
    assert claimed.panels[0].is_claimed
    assert claimed.panels[0].kind is BatchKind.CONFIRMING


def test_order_past_its_time_is_checked_without_a_date() -> None:
    (panel,) = board(held(1, "ZZJF1", NOW - timedelta(minutes=20))).panels
    assert (panel.is_checking, panel.is_claimed, panel.may_claim) == (True, False, True)
    assert (panel.known_by, panel.status.text) == (None, "正在向缴费平台核对")


@pytest.mark.parametrize(
    ("paid_courses", "planned"),
    [(0, True), (1, False), (3, True)],
    ids=["nothing paid", "one of his own choice", "the first batch"],
)
def test_plan_is_the_portals_while_its_batches_are_full(paid_courses: int, planned: bool) -> None:
    done = [paid(number, "ZZJF1") for number in range(paid_courses)]
    assert board(*done, *(payable(number) for number in range(10, 14))).is_planned is planned


def test_next_batch_is_ticked_beforehand() -> None:
    shown = board(*(payable(number) for number in range(1, 9)))
    assert shown.proposed == {1, 2, 3}
    assert len(shown.choices) == 8


def test_batch_names_its_earlier_orders() -> None:
    known = line("ZZJF5", LineState.RELEASED, NOW - timedelta(hours=2))
    watched = [charge(n, Position(Standing.WATCHED, CLOSES, known)) for n in (1, 2)]
    assert board(*watched).panels[0].watched == ["ZZJF5"]


@pytest.mark.parametrize(
    ("standing", "phase"),
    [
        (Standing.PAID, Phase.PAID),
        (Standing.NOT_OPEN, Phase.BEFORE),
        (Standing.OVER, Phase.OVER),
        (Standing.PAYABLE, Phase.OPEN),
        (Standing.WAIVED, Phase.WAIVED),
        (Standing.REFUSED, Phase.OPEN),
    ],
)
def test_one_word_for_the_page(standing: Standing, phase: Phase) -> None:
    known = line("ZZJF1", LineState.PAID, NOW) if standing is Standing.PAID else None
    assert board(charge(1, Position(standing, NOW, known))).phase is phase


def test_nothing_owed_is_its_own_word() -> None:
    assert board().phase is Phase.NOTHING


def test_settled_rounds_leave_the_page() -> None:
    old, new = paid(1, "ZZJF1"), payable(2)
    old = ChargePosition(**(vars(old) | {"group": "g:0"}))
    assert current([old, new]) == [new]
    assert current([old]) == [old]


def test_chip_of_a_batch_that_waits_has_the_waiting_tone() -> None:
    assert board(cooling(1, 21)).panels[0].status.tone is Tone.WAIT
