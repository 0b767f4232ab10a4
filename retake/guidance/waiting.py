"""A course that is not arranged: the college that has it, whom to ask, and the date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.lib.moments import day
from retake.guidance.offices import OFFICE, phones_of
from retake.models import CollegePromise, Offer
from retake.selectors.mine import Card
from retake.states import EnrollmentState


@dataclass(frozen=True)
class Waiting:
    """Of the college that has it: its phone, and what there is to say past the date; or empty."""

    phone: str
    late: str | None


def offices_of(own: list[Card]) -> Mapping[str, str]:
    """Phones of the colleges a confirmed course waits for; nothing is asked without one."""
    colleges = {
        card.row.course.offering_college.name
        for card in own
        if card.row.state == EnrollmentState.CONFIRMED
    }
    return phones_of(colleges) if colleges else {}


def desk(card: Card) -> tuple[int, int]:
    """Who promises dates for it: a college, in a round."""
    return card.row.round_id, card.row.course.offering_college_id


def late_words(
    own: list[Card], offices: Mapping[str, str], today: date
) -> dict[tuple[int, int], str]:
    """Of colleges past the expected date: the new date, by round and college."""
    overdue = {
        desk(card)
        for card in own
        if card.row.state == EnrollmentState.CONFIRMED
        and card.schedule
        and today > card.schedule.expected_on
    }
    if not overdue:
        return {}
    rows = CollegePromise.objects.filter(
        round__in={one for one, _ in overdue}, college__in={one for _, one in overdue}
    )
    office = f"（{offices[OFFICE]}）" if OFFICE in offices else ""
    words = dict.fromkeys(overdue, f"学院还没有给出新日期，可以问教学部{office}。")
    for row in rows.order_by("pk"):
        note = f"（{row.note}）" if row.note else ""
        words[row.round_id, row.college_id] = f"新日期 {day(row.until, today)}{note}。"
    return words


def sentence(card: Card, offer: Offer | None, waiting: Waiting, today: date) -> str:
    """The three texts: not paid, not arranged yet (with the date), arranged says time and place."""
    row = card.row
    if offer is not None:
        until = day(offer.decide_by, today)
        return (
            f"{offer.closed_group.serial}班不开了：{offer.reason}"
            f"{until}前选一个，到期没有选的，费用由财务处退回。"
        )
    if row.state == EnrollmentState.CONFIRMED and card.schedule:
        phone = f"（{waiting.phone}）" if waiting.phone else ""
        college = f"{row.course.offering_college}{phone}"
        expected = day(card.schedule.expected_on, today)
        if waiting.late:
            return f"{expected}过了，{college}还没排好。{waiting.late}"
        paid = "不用缴费" if row.exempt else "已缴费"
        return f"{paid}，{college}还没排好，预计 {expected}起可查。不用反复查。"
    return card.sentence
