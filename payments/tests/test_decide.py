"""The decision as a table: one row per branch, nothing dropped."""

import pytest

from payments.decide import LineFacts, OrderFacts, Verdict, decide
from payments.states import ChargeState, LineState, OrderState, SurplusReason

HELD, PAID, RELEASED, REFUNDED = LineState
OWED, WAIVED, VOID = ChargeState
PAY, LATE, TAKE_OVER, SURPLUS = Verdict
ALREADY = SurplusReason.ALREADY_PAID


def order(line: LineState, charge: ChargeState, rival: LineState | None) -> OrderFacts:
    return OrderFacts(OrderState.OPEN, 100, (LineFacts(1, 1, 100, line, 100, charge, rival),))


@pytest.mark.parametrize(
    ("line", "charge", "rival", "verdict", "reason"),
    [
        (HELD, OWED, None, PAY, None),
        (RELEASED, OWED, None, LATE, None),
        (RELEASED, OWED, HELD, TAKE_OVER, None),
        (RELEASED, OWED, PAID, SURPLUS, ALREADY),
        (PAID, OWED, None, SURPLUS, ALREADY),
        (REFUNDED, VOID, None, SURPLUS, ALREADY),
        (REFUNDED, OWED, HELD, SURPLUS, ALREADY),
        (RELEASED, WAIVED, None, SURPLUS, SurplusReason.WAIVED),
        (RELEASED, VOID, None, SURPLUS, SurplusReason.VOID),
        (HELD, WAIVED, None, SURPLUS, SurplusReason.WAIVED),
        (HELD, VOID, None, SURPLUS, SurplusReason.VOID),
    ],
)
def test_one_line(
    line: LineState,
    charge: ChargeState,
    rival: LineState | None,
    verdict: Verdict,
    reason: SurplusReason | None,
) -> None:
    (decided,) = decide(order(line, charge, rival), 100).lines
    assert (decided.verdict, decided.reason) == (verdict, reason)


@pytest.mark.parametrize("fen", [99, 101], ids=["cheaper now", "dearer now"])
@pytest.mark.parametrize("rival", [None, HELD], ids=["free", "held by a newer order"])
def test_line_of_another_price_is_kept(fen: int, rival: LineState | None) -> None:
    line = LineFacts(1, 1, 100, RELEASED, fen, OWED, rival)
    (decided,) = decide(OrderFacts(OrderState.CLOSED, 100, (line,)), 100).lines
    assert (decided.verdict, decided.reason) == (SURPLUS, SurplusReason.AMOUNT_DIFFERS)


def test_unknown_order_is_kept_whole() -> None:
    decision = decide(None, 100)
    assert (decision.whole_surplus, decision.lines) == (SurplusReason.UNKNOWN_ORDER, ())


@pytest.mark.parametrize("fen", [99, 101])
def test_wrong_amount_is_kept_whole(fen: int) -> None:
    decision = decide(order(HELD, OWED, None), fen)
    assert (decision.whole_surplus, decision.lines) == (SurplusReason.AMOUNT_DIFFERS, ())
