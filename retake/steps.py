"""The seven stations of a retake, from 报名 to 成绩 (pure)."""

import datetime as dt
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


@dataclass(frozen=True)
class Dates:
    """What is known about when; a station without a date shows none."""

    enrolled_on: dt.date
    reconcile_on: dt.date | None = None
    verify_on: dt.date | None = None
    expected_on: dt.date | None = None


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
    when = {
        ENROL: dates.enrolled_on,
        RECONCILE: dates.reconcile_on,
        VERIFY: dates.verify_on,
        ARRANGE: dates.expected_on,
    }
    states = [_state(index, here, exempt) for index in range(len(LABELS))]
    return tuple(
        Step(label, states[index], tone, icon, when.get(index) if shown else None)
        for index, label in enumerate(LABELS)
        # A plan is no date for what has been done, perhaps on another day.
        for shown in (index == ENROL or states[index] in ("now", "next"),)
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
