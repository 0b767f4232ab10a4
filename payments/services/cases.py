"""Surplus money, decided by two people: filed by one, released by another, undone until too late.

The surplus row is the mutex of its case. Lock order: Surplus, then Charge -> Order -> Line.
"""

from datetime import datetime

from django.db import transaction

from payments import origins, phantoms
from payments.models import CaseOwner, Resolution, Surplus
from payments.services import moving, refund_notices, steps
from payments.states import RESOLUTION_MOVES, ResolutionMethod, ResolutionState
from portal.accounts.models import User
from portal.inbox import services as inbox
from portal.lib import workflow
from portal.lib.errors import DomainError
from portal.lib.moments import moment

ACTIVE = tuple(state for state in ResolutionState if state is not ResolutionState.CANCELLED)
AT_ONCE = (ResolutionMethod.MOVE, ResolutionMethod.VOID)  # nobody outside has a part in it
_TOO_LATE = {
    ResolutionState.RELEASED: "已经提交给渠道，等它答复",
    ResolutionState.ACCEPTED: "渠道已经受理",
    ResolutionState.ARRIVED: "已经办结",
    ResolutionState.CANCELLED: "已经撤销",
}


@transaction.atomic
def claim(*, clerk: User, surplus_id: int, now: datetime) -> CaseOwner:
    """Take a case on. Refused (``case.owned``) with the name of whoever has it; twice is once."""
    surplus = steps.lock_surplus(surplus_id)
    _refuse_others(surplus, clerk, now)
    return _own(surplus, clerk, now)


@transaction.atomic
def hand_back(*, clerk: User, surplus_id: int, now: datetime) -> None:
    """Give a case back to the queue; only its owner does."""
    surplus = steps.lock_surplus(surplus_id)
    _refuse_others(surplus, clerk, now)
    CaseOwner.objects.filter(surplus=surplus).delete()


@transaction.atomic
def file(
    *,
    clerk: User,
    surplus_id: int,
    method: ResolutionMethod,
    reason: str,
    now: datetime,
    target_id: int | None = None,
) -> Resolution:
    """Ask that a surplus leaves by ``method``; ``target_id`` is the charge of a MOVE.

    The clerk becomes the owner. Raises ``DomainError``: ``case.no_reason``, ``case.owned``,
    ``case.decided`` (who and when), what ``origins``, ``phantoms`` and ``moving.target`` refuse.
    """
    why = _said(reason, "理由")
    if method is ResolutionMethod.VOID:
        steps.lock_halves(surplus_id)
    surplus = steps.lock_surplus(surplus_id)
    _refuse_others(surplus, clerk, now)
    _refuse_decided(surplus, now)
    _refuse_way(surplus, method)
    target = moving.target(surplus, target_id, now) if method is ResolutionMethod.MOVE else None
    _own(surplus, clerk, now)
    number = origins.refund_number(surplus)
    row = Resolution.objects.create(
        surplus=surplus, method=method, refund_number=number, target=target, reason=why,
        filed_by=clerk, filed_at=now,
    )  # fmt: skip
    steps.note(row, clerk, now, why)
    return row


@transaction.atomic
def release(*, clerk: User, resolution_id: int, now: datetime) -> Resolution:
    """The second person's word; for one that failed, once more under the same number.

    A MOVE and a VOID are done at once. Raises ``case.same_person``, ``case.done`` (who and when),
    ``case.stray``, ``case.taken_back``, and for a VOID what ``phantoms.refuse_real`` has learnt.
    """
    voids = Resolution.objects.filter(pk=resolution_id, method=ResolutionMethod.VOID)
    for surplus_id in voids.values_list("surplus_id", flat=True):
        phantoms.hold_news()  # before the surplus: whoever stores news may want it afterwards
        steps.lock_halves(surplus_id)
    row = steps.lock(resolution_id)
    if row.state not in (ResolutionState.REQUESTED, ResolutionState.FAILED):
        raise _done(row, now)
    if row.filed_by_id == clerk.pk:
        raise DomainError(
            "case.same_person", "申请人不能复核自己的申请。", advice="请财务处另一位同事复核。"
        )
    _refuse_sent_back(row.surplus, ResolutionMethod(row.method))
    _refuse_halves(row.surplus, ResolutionMethod(row.method))
    row.released_by, row.released_at, row.failure = clerk, now, ""
    row.next_check_at = now if row.method == ResolutionMethod.GATEWAY else None
    row.check_count = 0
    fields = ("released_by", "released_at", "failure", "next_check_at", "check_count")
    steps.move_on(row, ResolutionState.RELEASED, clerk, now, fields=fields)
    inbox.send(refund_notices.released(row), now)
    if row.method == ResolutionMethod.MOVE:
        moving.move(row, now)
    if row.method in AT_ONCE:
        steps.arrive(row, clerk, now, now)
    return row


@transaction.atomic
def cancel(*, clerk: User, resolution_id: int, reason: str, now: datetime) -> Resolution:
    """Undo a step that nobody outside has acted on; the surplus waits again.

    Refused (``case.too_late``) from the moment the gateway may be sending the money.
    """
    why = _said(reason, "撤销的理由")
    row = steps.lock(resolution_id)
    undoable = workflow.allowed(RESOLUTION_MOVES, row.state, ResolutionState.CANCELLED)
    if not undoable or row.asked_at is not None:
        words = _TOO_LATE[ResolutionState(row.state)]
        raise DomainError(
            "case.too_late", f"没有撤销：{words}。", advice="回到这笔余款看最新结果。"
        )
    row.next_check_at = None
    steps.move_on(row, ResolutionState.CANCELLED, clerk, now, why, fields=("next_check_at",))
    inbox.send(refund_notices.cancelled(row), now)
    return row


@transaction.atomic
def confirm_by_hand(*, clerk: User, resolution_id: int, evidence: str, now: datetime) -> Resolution:
    """Finance has paid it back outside; ``evidence`` says where to find that (凭证号)."""
    proof = _said(evidence, "办理凭证")
    row = steps.lock(resolution_id)
    if (row.method, row.state) != (ResolutionMethod.MANUAL, ResolutionState.RELEASED):
        raise _done(row, now)
    row.evidence = proof
    steps.arrive(row, clerk, now, now, fields=("evidence",))
    return row


def _own(surplus: Surplus, clerk: User, now: datetime) -> CaseOwner:
    return CaseOwner.objects.get_or_create(
        surplus=surplus, defaults={"owner": clerk, "since": now}
    )[0]


def _refuse_others(surplus: Surplus, clerk: User, now: datetime) -> None:
    owned = CaseOwner.objects.filter(surplus=surplus).select_related("owner").first()
    if owned is not None and owned.owner_id != clerk.pk:
        raise DomainError(
            "case.owned",
            f"这笔余款由{owned.owner.name}在 {moment(owned.since, now)} 接手。",
            advice="请对方办理，或请对方交还后再接手。",
        )


def _refuse_way(surplus: Surplus, method: ResolutionMethod) -> None:
    """Whether this money may leave in this way at all."""
    _refuse_sent_back(surplus, method)
    if method is ResolutionMethod.GATEWAY:
        origins.refuse_without_gateway(surplus)
    _refuse_halves(surplus, method)


def _refuse_halves(surplus: Surplus, method: ResolutionMethod) -> None:
    """A receipt is taken back whole: while that is decided, with all of it locked, no other part
    of it is.
    """
    if method is ResolutionMethod.VOID:
        phantoms.refuse_real(surplus)
    else:
        phantoms.refuse_taken_back(surplus)


def _refuse_sent_back(surplus: Surplus, method: ResolutionMethod) -> None:
    """By hand is how what the channel did is written down; any other way it would go twice."""
    if method is not ResolutionMethod.MANUAL:
        origins.refuse_sent_back(surplus)


def _refuse_decided(surplus: Surplus, now: datetime) -> None:
    rows = Resolution.objects.filter(surplus=surplus, state__in=ACTIVE)
    row = rows.select_related("filed_by").first()
    if row is not None:
        method, state = ResolutionMethod(row.method).label, ResolutionState(row.state).label
        raise DomainError(
            "case.decided",
            f"{row.filed_by.name}已在 {moment(row.filed_at, now)} 申请{method}（{state}）。",
            advice="一笔余款只办一次；要换方式，先撤销那一条。",
        )


def _done(row: Resolution, now: datetime) -> DomainError:
    """Somebody was faster: who, when, and what it is now."""
    last = row.events.select_related("actor").first()
    who = last.actor.name if last is not None and last.actor is not None else "系统"
    when = moment(last.happened_at, now) if last is not None else ""
    state = ResolutionState(row.state).label
    return DomainError(
        "case.done",
        f"{who}已在 {when} 办过，现在是「{state}」。",
        advice="回到这笔余款看最新结果。",
    )


def _said(text: str, what: str) -> str:
    """What a clerk must write, cut to its column."""
    said = " ".join(text.split())[:200]
    if not said:
        raise DomainError("case.no_reason", f"没有填{what}。", advice="填好再提交。", status=400)
    return said
