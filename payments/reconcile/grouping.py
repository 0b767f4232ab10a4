"""What the outcome of settling a row is called. Pure: the preview and the application agree."""

from collections.abc import Iterable, Iterator

from payments.book import Outcome, OutcomeKind
from payments.decide import Verdict
from payments.reconcile.states import Effect, Group
from payments.states import SurplusReason

_WHOLE = {
    SurplusReason.UNKNOWN_ORDER: Group.UNKNOWN,
    SurplusReason.AMOUNT_DIFFERS: Group.AMOUNT,
}


def grouped(outcomes: Iterable[Outcome]) -> Iterator[tuple[Group, Effect]]:
    """Group and effect of rows settled together, in their order: a repetition of one of them is a
    duplicate, a repetition of anything before is known.
    """
    told: set[int] = set()
    for outcome in outcomes:
        receipt = id(outcome.receipt)
        yield _one(outcome, is_duplicate=receipt in told)
        if outcome.receipt is not None:
            told.add(receipt)


def _one(outcome: Outcome, *, is_duplicate: bool) -> tuple[Group, Effect]:
    if outcome.kind is OutcomeKind.SURPLUS:
        return _surplus(outcome)
    if outcome.kind is OutcomeKind.LATE:
        return Group.LATE, Effect.TAKE_OVER if outcome.superseded else Effect.PAY
    if outcome.kind is OutcomeKind.REPEAT:
        return Group.DUPLICATE if is_duplicate else Group.KNOWN, Effect.NONE
    return _PLAIN[outcome.kind]


_PLAIN = {
    OutcomeKind.SETTLED: (Group.SETTLE, Effect.PAY),
    OutcomeKind.CONFLICT: (Group.CONFLICT, Effect.NONE),
    OutcomeKind.CROSS_CHECK: (Group.OTHER_CHANNEL, Effect.NONE),
}


def _surplus(outcome: Outcome) -> tuple[Group, Effect]:
    whole = outcome.decision.whole_surplus
    if whole is not None:
        return _WHOLE[whole], Effect.KEEP
    lines = outcome.decision.lines
    kept = all(line.verdict is Verdict.SURPLUS for line in lines)
    twice = any(line.reason is SurplusReason.ALREADY_PAID for line in lines)
    return Group.TWICE if twice else Group.SURPLUS, Effect.KEEP if kept else Effect.PART
