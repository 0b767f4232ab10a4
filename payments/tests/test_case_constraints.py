"""What PostgreSQL itself refuses about cases; no service is asked.

The controls take a rule away and show what would then be on file.
"""

from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.db.models import QuerySet

from payments.audit import audit
from payments.models import ManualEntry, Resolution, ResolutionEvent
from payments.services import manual
from payments.states import (
    ENTRY_MOVES,
    RESOLUTION_MOVES,
    EntryState,
    ResolutionMethod,
    ResolutionState,
)
from payments.tests.desk import filed, make_clerk, released, withdrawn
from payments.tests.factories import NOW, make_charge, make_order, make_payer
from payments.tests.races import without_constraint
from portal.lib.labels import Labelled


def refuses(rows: QuerySet[Any], name: str, **change: object) -> None:
    """The update fails, and for the named rule."""
    with pytest.raises((IntegrityError, InternalError), match=name), transaction.atomic():
        rows.update(**change)


def case_rows(method: ResolutionMethod = ResolutionMethod.GATEWAY) -> QuerySet[Resolution]:
    return Resolution.objects.filter(pk=filed(withdrawn()[0], method).pk)


def entry_rows() -> QuerySet[ManualEntry]:
    order = make_order([make_charge(make_payer())])
    seen = manual.Claimed(40000, NOW, "回单", "x")
    row = manual.file_for_order(clerk=make_clerk(), number=order.number, seen=seen, now=NOW)
    return ManualEntry.objects.filter(pk=row.pk)


def pairs(states: type[Labelled], moves: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(a, b) for a in states for b in states if a != b and (a, b) not in moves]


# How a resolution gets to each state.
WAYS = {
    "requested": (),
    "released": ("released",),
    "accepted": ("released", "accepted"),
    "arrived": ("released", "arrived"),
    "failed": ("released", "failed"),
    "cancelled": ("cancelled",),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("source", "target"), pairs(ResolutionState, RESOLUTION_MOVES))
def test_resolution_moves_outside_the_table(source: str, target: str) -> None:
    rows = case_rows()
    rows.update(released_by=make_clerk(), released_at=NOW, arrived_at=NOW)
    for state in WAYS[source]:
        rows.update(state=state)
    refuses(rows, "transition", state=target)


@pytest.mark.django_db
@pytest.mark.parametrize(("source", "target"), RESOLUTION_MOVES)
def test_resolution_moves_of_the_table(source: str, target: str) -> None:
    rows = case_rows()
    rows.update(released_by=make_clerk(), released_at=NOW, arrived_at=NOW)
    for state in WAYS[source]:
        rows.update(state=state)
    assert rows.update(state=target) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("source", "target"), pairs(EntryState, ENTRY_MOVES))
def test_entry_moves_outside_the_table(source: str, target: str) -> None:
    rows = entry_rows()
    if source != EntryState.REQUESTED:
        row = rows.get()
        if source == EntryState.RELEASED:
            manual.release(clerk=make_clerk(), entry_id=row.pk, now=NOW)
        else:
            manual.cancel(clerk=make_clerk(), entry_id=row.pk, now=NOW)
    refuses(rows, "transition", state=target)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"state": "released"}, "resolution_released_by_somebody"),
        ({"method": "manual"}, "read-only|resolution_is_fixed|Cannot"),
        ({"refund_number": "other"}, "read-only|resolution_is_fixed|Cannot"),
        ({"reason": ""}, "resolution_has_reason|Cannot"),
        ({"state": "lost"}, "transition|resolution_state_known"),
    ],
)
def test_resolution_columns(change: dict[str, object], name: str) -> None:
    refuses(case_rows(), name, **change)


@pytest.mark.django_db
def test_one_person_cannot_do_both() -> None:
    rows = case_rows()
    clerk = rows.get().filed_by_id
    both = {"state": "released", "released_by": clerk, "released_at": NOW}
    refuses(rows, "resolution_two_people", **both)
    entries = entry_rows()
    refuses(entries, "entry_two_people", released_by=entries.get().filed_by_id)


@pytest.mark.django_db
def test_by_hand_needs_evidence() -> None:
    row = released(withdrawn()[0], ResolutionMethod.MANUAL)
    rows = Resolution.objects.filter(pk=row.pk)
    refuses(rows, "resolution_by_hand_has_evidence", state="arrived", arrived_at=NOW)


@pytest.mark.django_db
def test_arrival_needs_its_time() -> None:
    rows = Resolution.objects.filter(pk=released(withdrawn()[0]).pk)
    refuses(rows, "resolution_arrived_has_time", state="arrived")


@pytest.mark.django_db
def test_nothing_is_undone_while_the_gateway_may_be_sending() -> None:
    rows = Resolution.objects.filter(pk=released(withdrawn()[0]).pk)
    refuses(rows, "resolution_cancelled_before_asking", state="cancelled", asked_at=NOW)


@pytest.mark.django_db
def test_one_resolution_and_one_number_per_surplus() -> None:
    row = case_rows().get()
    row.pk = None
    with pytest.raises(IntegrityError, match="resolution_one_per_surplus"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db
def test_move_has_a_target_and_nothing_else_has() -> None:
    row = case_rows().get()
    fields = {
        "surplus": withdrawn()[0], "refund_number": "x", "reason": "x", "filed_by": row.filed_by,
        "filed_at": NOW,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="resolution_moves_somewhere"), transaction.atomic():
        Resolution.objects.create(method="move", **fields)


@pytest.mark.django_db
def test_one_entry_waits_per_order() -> None:
    row = entry_rows().get()
    row.pk = None
    with pytest.raises(IntegrityError, match="entry_one_waiting_per_order"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db
def test_entry_is_for_one_thing() -> None:
    row = entry_rows().get()
    row.pk, row.order = None, None
    with pytest.raises(IntegrityError, match="entry_for_one_thing"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db
def test_trace_and_rows_stay() -> None:
    row = case_rows().get()
    for rows in (Resolution.objects.all(), ResolutionEvent.objects.filter(resolution=row)):
        with pytest.raises(InternalError, match=r"Cannot .*delete"), transaction.atomic():
            rows._raw_delete("default")


def test_control_without_two_people_one_clerk_sends_money(throwaway_database: None) -> None:
    rows = case_rows()
    without_constraint("payments_resolution", "resolution_two_people")
    clerk = rows.get().filed_by_id
    rows.update(state="released", released_by=clerk, released_at=NOW)
    broken = [found.rule for found in audit().findings if found.rows]
    assert broken == ["filed and released by two people"]
