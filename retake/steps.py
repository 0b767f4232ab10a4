"""The seven stations of a retake, from 报名 to 成绩 (pure)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from payments.standing import Standing
from portal.lib.status import Tone
from retake.states import EnrollmentState

LABELS = ("报名", "缴费", "对账", "核实", "落实", "上课", "成绩")
ENROL, PAY, RECONCILE, VERIFY, ARRANGE, ATTEND, RESULT = range(7)
SKIPPED_WHEN_EXEMPT = (PAY, RECONCILE)


@dataclass(frozen=True)
class Step:
    """One station: ``state`` is done, now, next or free (not asked of this student)."""

    label: str
    state: str
    tone: Tone = Tone.IDLE
    icon: str = "idle"
    date: dt.date | None = None


Days = Mapping[int, dt.date | None]


@dataclass(frozen=True)
class Dates:
    """By station: the day it was ``done``, and the day it is ``planned``; none where unknown."""

    done: Days
    planned: Days


# How the payment station looks while a course is not paid.
PAYING = {
    Standing.PAYABLE: (Tone.TODO, "wallet"),
    Standing.WATCHED: (Tone.TODO, "wallet"),
    Standing.HELD: (Tone.WAIT, "clock"),
    Standing.COOLING: (Tone.WAIT, "hour"),
    Standing.CONFIRMING: (Tone.BUSY, "refresh"),
    Standing.NOT_OPEN: (Tone.IDLE, "idle"),
    Standing.OVER: (Tone.WAIT, "clock"),
}
# Past verification money no longer decides.
REACHED = {
    EnrollmentState.CONFIRMED: (ARRANGE, Tone.BUSY, "school"),
    EnrollmentState.ARRANGED: (ATTEND, Tone.TODO, "book"),
    EnrollmentState.COMPLETED: (len(LABELS), Tone.DONE, "check"),
}
GONE = (EnrollmentState.WITHDRAWN, EnrollmentState.CANCELLED)


def steps(
    state: EnrollmentState,
    standing: Standing | None,
    *,
    exempt: bool,
    reconciled: bool,
    timed: bool,
    dates: Dates,
) -> tuple[Step, ...]:
    """The tracker of one enrolment; empty for one that was withdrawn or cancelled.

    ``reconciled``: a statement of a sealed day lists the receipt, whatever day was planned.
    ``timed``: an arranged one has its time or place; until then 落实 is not done.
    """
    if state in GONE:
        return ()
    if state is EnrollmentState.ARRANGED and not timed:
        state = EnrollmentState.CONFIRMED
    here, tone, icon = _here(state, standing, exempt, reconciled)
    # A plan is no date for what has been done, perhaps on another day.
    days = {"done": dates.done, "now": dates.planned, "next": dates.planned, "free": {}}
    return tuple(
        Step(label, at, tone, icon, days[at].get(index))
        for index, label in enumerate(LABELS)
        for at in (_state(index, here, exempt),)
    )


def _state(index: int, here: int, exempt: bool) -> str:
    if exempt and index in SKIPPED_WHEN_EXEMPT:
        return "free"
    if index == here:
        return "now"
    return "done" if index < here else "next"


def _here(
    state: EnrollmentState, standing: Standing | None, exempt: bool, reconciled: bool
) -> tuple[int, Tone, str]:
    """Which station the course has reached; one past the last when all is done."""
    if state in REACHED:
        return REACHED[state]
    if exempt:
        return VERIFY, Tone.BUSY, "school"
    if state is EnrollmentState.LAPSED:
        return PAY, Tone.STOP, "stop"
    if standing is Standing.PAID:
        return VERIFY if reconciled else RECONCILE, Tone.BUSY, "school"
    return PAY, *PAYING.get(standing or Standing.NOT_OPEN, (Tone.IDLE, "idle"))
