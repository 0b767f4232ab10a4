"""Caps, fees, stations and moves: the small pure tables."""

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from payments.standing import Standing as Money
from portal.lib.workflow import allowed
from portal.records.kinds import AttemptKind, Standing
from retake.eligibility import Rules, cap_of
from retake.fees import Tariff, is_veteran
from retake.states import ENROLLMENT_MOVES, EnrollmentState, FeePolicy
from retake.steps import ARRANGE, ENROL, RECONCILE, VERIFY, Dates, steps
from retake.tests.facts import MAKEUP, REGULAR, TERM, TODAY, attempt, course, student

SPRING = Rules(cap_default=3, cap_final_year=None, cap_completed=None)


@pytest.mark.parametrize(
    ("facts", "limit", "who"),
    [
        ({"grade_year": 2024}, 3, "2024 级"),
        ({"grade_year": 2023}, 3, "2023 级"),
        ({"grade_year": 2023, "number": "20220103"}, 3, "2023 级"),
        ({"grade_year": 2022}, None, "2022 级毕业年级"),
        ({"grade_year": 2021}, None, "2021 级毕业年级"),
        ({"grade_year": 2023, "length_years": 2}, None, "2023 级毕业年级"),
        ({"grade_year": 2020, "standing": Standing.COMPLETED_NO_DIPLOMA}, None, "结业生"),
    ],
    ids=["second year", "capped", "after 休学", "final year", "longer", "two years", "结业"],
)
def test_cap_follows_grade_year_and_length(
    facts: dict[str, Any], limit: int | None, who: str
) -> None:
    cap = cap_of(student(**facts), TERM, SPRING)
    assert (cap.limit, cap.who) == (limit, who)


def test_caps_are_parameters() -> None:
    rules = Rules(cap_default=1, cap_final_year=5, cap_completed=2)
    finals = student(grade_year=2022)
    ended = student(standing=Standing.COMPLETED_NO_DIPLOMA)
    found = [cap_of(one, TERM, rules).limit for one in (student(), finals, ended)]
    assert found == [1, 5, 2]


RETAKEN = (REGULAR, MAKEUP, attempt(AttemptKind.RETAKE, 50))


@pytest.mark.parametrize(
    ("tariff", "changes", "fen"),
    [
        (Tariff(FeePolicy.PER_CREDIT, 10_000, 0), {}, 40_000),
        (Tariff(FeePolicy.PER_CREDIT, 10_000, 0), {"credit_hours": Decimal("0.5")}, 5_000),
        (Tariff(FeePolicy.PER_CREDIT, 12_901, 0), {"credit_hours": Decimal("0.5")}, 6_451),
        (Tariff(FeePolicy.PER_CREDIT, 10_000, 0), {"credit_hours": Decimal("0.0")}, 0),
        (Tariff(FeePolicy.PER_COURSE, 15_000, 0), {}, 15_000),
        (Tariff(FeePolicy.PER_COURSE, 15_000, 0, 1), {}, 0),
        (Tariff(FeePolicy.PER_COURSE, 15_000, 0, 1), {"attempts": RETAKEN}, 15_000),
        (Tariff(FeePolicy.FLAT_BY_MODE, 5_000, 10_000), {}, 5_000),
        (Tariff(FeePolicy.FLAT_BY_MODE, 5_000, 10_000), {"is_practical": True}, 10_000),
        (Tariff(FeePolicy.PER_HOURS, 12_900, 0), {"course_hours": 18}, 12_900),
        (Tariff(FeePolicy.PER_HOURS, 12_900, 0), {"course_hours": 64}, 45_150),
        (Tariff(FeePolicy.PER_HOURS, 12_901, 0), {"course_hours": 8}, 6_451),
        (Tariff(FeePolicy.PER_HOURS, 12_900, 0), {"course_hours": 2}, 6_450),
    ],
    ids=[
        "per credit",
        "half a credit",
        "half a fen up",
        "no credit",
        "per course",
        "first retake free",
        "second retake paid",
        "flat theory",
        "flat practice",
        "18 hours are a credit",
        "to the nearest half",
        "half a credit of hours",
        "never less than a half",
    ],
)
def test_fees(tariff: Tariff, changes: dict[str, Any], fen: int) -> None:
    assert tariff.fee_fen(course(**changes)) == fen


@pytest.mark.parametrize(
    ("facts", "free"),
    [
        ({}, False),
        ({"veteran_from": TODAY}, True),
        ({"veteran_from": date(2025, 4, 22)}, False),
        ({"veteran_from": date(2024, 9, 1), "completed_on": date(2023, 6, 30)}, False),
        ({"veteran_from": date(2022, 9, 1), "completed_on": date(2023, 6, 30)}, True),
    ],
    ids=["nobody", "from today", "from tomorrow", "enlisted after 结业", "before 结业"],
)
def test_veterans(facts: dict[str, Any], free: bool) -> None:
    assert is_veteran(student(**facts), TODAY) is free


PLANNED = {RECONCILE: date(2025, 4, 30), VERIFY: date(2025, 5, 6), ARRANGE: date(2025, 5, 8)}
DATES = Dates(done={ENROL: TODAY, VERIFY: date(2025, 5, 7)}, planned=PLANNED)


@pytest.mark.parametrize(
    ("state", "money", "exempt", "drawn"),
    [
        (EnrollmentState.ENROLLED, Money.PAYABLE, False, "dNnnnnn"),
        (EnrollmentState.ENROLLED, Money.PAID, False, "ddNnnnn"),
        (EnrollmentState.ENROLLED, Money.WAIVED, True, "dffNnnn"),
        (EnrollmentState.LAPSED, Money.OVER, False, "dNnnnnn"),
        (EnrollmentState.CONFIRMED, Money.PAID, False, "ddddNnn"),
        (EnrollmentState.CONFIRMED, Money.WAIVED, True, "dffdNnn"),
        (EnrollmentState.ARRANGED, Money.PAID, False, "dddddNn"),
        (EnrollmentState.COMPLETED, Money.PAID, False, "ddddddd"),
        (EnrollmentState.WITHDRAWN, Money.VOID, False, ""),
        (EnrollmentState.CANCELLED, Money.VOID, False, ""),
    ],
)
def test_stations(state: EnrollmentState, money: Money, exempt: bool, drawn: str) -> None:
    letters = {"done": "d", "now": "N", "next": "n", "free": "f"}
    found = steps(state, money, exempt=exempt, reconciled=False, timed=True, dates=DATES)
    assert "".join(letters[step.state] for step in found) == drawn


def test_a_station_that_is_not_asked_for_has_no_date() -> None:
    found = steps(
        EnrollmentState.ENROLLED,
        Money.WAIVED,
        exempt=True,
        reconciled=False,
        timed=True,
        dates=DATES,
    )
    assert [step.date for step in found if step.state == "free"] == [None, None]


def test_paid_moves_on_to_verification_when_a_statement_lists_it() -> None:
    found = steps(
        EnrollmentState.ENROLLED, Money.PAID, exempt=False, reconciled=True, timed=True, dates=DATES
    )
    assert [step.label for step in found if step.state == "now"] == ["核实"]


LEGAL = {
    "enrolled>withdrawn",
    "withdrawn>enrolled",
    "enrolled>confirmed",
    "enrolled>lapsed",
    "lapsed>confirmed",
    "confirmed>arranged",
    "arranged>completed",
    "arranged>confirmed",
    "enrolled>cancelled",
    "confirmed>cancelled",
    "arranged>cancelled",
}


def test_moves_are_those_of_the_design() -> None:
    pairs = product(EnrollmentState, EnrollmentState)
    assert {
        f"{one}>{other}" for one, other in pairs if allowed(ENROLLMENT_MOVES, one, other)
    } == LEGAL


def test_what_has_been_done_shows_its_own_day_and_no_plan() -> None:
    asked = {"exempt": False, "reconciled": True, "timed": True, "dates": DATES}
    found = steps(EnrollmentState.CONFIRMED, Money.PAID, **asked)  # type: ignore[arg-type]
    verified, planned = date(2025, 5, 7), date(2025, 5, 8)
    assert [step.date for step in found] == [TODAY, None, None, verified, planned, None, None]
