"""The home page worked out: what to do now, and what comes by itself."""

from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby

from django.utils import timezone

from credits.selectors.overview import Overview as Exchanges
from payments.board import Board, Panel
from payments.board import Phase as Paying
from payments.plan import BatchKind
from payments.standing import Standing
from portal.lib.status import Tone
from retake.selectors.opened import Opened, Phase
from retake.selectors.overview import Dashboard


@dataclass(frozen=True)
class Event:
    """A line of 接下来. ``by_day``: only the day is known (预计)."""

    at: datetime
    text: str
    tone: Tone
    icon: str
    by_day: bool = False


@dataclass(frozen=True)
class Today:
    """What the page shows. ``pay`` are open orders, ``owed`` the batch to pay when there is none,
    ``invitation`` the round that can be enrolled in by somebody who has not yet.
    """

    pay: tuple[Panel, ...]
    owed: Panel | None
    invitation: Opened | None
    retake: Dashboard
    board: Board
    exchange: Exchanges
    events: tuple[Event, ...]

    @property
    def attends(self) -> bool:
        """Among what comes there is a lesson or an exam."""
        return any(card.coming for card in self.retake.active)

    @property
    def count(self) -> int:
        """How many things wait for the student."""
        return len(self.pay) + (self.owed is not None) + len(self.exchange.todo)


def today(retake: Dashboard, board: Board, exchange: Exchanges, now: datetime) -> Today:
    """Put the workflows' answers together; pure."""
    pay = tuple(panel for panel in board.panels if panel.kind is BatchKind.HELD)
    upcoming = board.next_panel
    return Today(
        pay=pay,
        owed=upcoming if upcoming and not pay else None,
        invitation=retake.opened if retake.may_enroll else None,
        retake=retake,
        board=board,
        exchange=exchange,
        events=tuple(sorted(_events(retake, board, now), key=lambda event: event.at)),
    )


def _events(retake: Dashboard, board: Board, now: datetime) -> list[Event]:
    found = [*_of_money(board), *_of_round(retake.opened, board)]
    found += _of_classes(retake)
    if retake.expected_on is not None:
        at = timezone.make_aware(datetime.combine(retake.expected_on, time.max))
        text = "学院落实上课时间、地点和老师"
        found.append(Event(at, text, Tone.BUSY, "school", by_day=True))
    return [event for event in found if event.at > now]


def _of_classes(retake: Dashboard) -> list[Event]:
    """Where the student is expected: the next lesson of each course, and its exam."""
    return [
        Event(one.at, f"{card.row.course.name}{one.what} {one.room}".rstrip(), Tone.TODO, "book")
        for card in retake.active
        for one in card.coming
    ]


def _of_money(board: Board) -> list[Event]:
    rows = [row for panel in board.panels for row in panel.rows]
    cooling = [
        (row.position.until, row.title)
        for row in rows
        if row.position.standing is Standing.COOLING and row.position.until
    ]
    found = []
    for until, group in groupby(sorted(cooling), key=lambda pair: pair[0]):
        names = "、".join(title for _, title in group)
        found.append(Event(until, f"{names}可重新缴费", Tone.WAIT, "hour"))
    found.extend(
        Event(panel.known_by, f"{panel.name}付款最晚有结果", Tone.BUSY, "refresh")
        for panel in board.panels
        if panel.known_by
    )
    return found


def _of_round(opened: Opened | None, board: Board) -> list[Event]:
    """The round's dates; those of payment not for whom all is waived."""
    if opened is None or opened.phase is Phase.CLOSED:
        return []
    dates = opened.schedule
    found = [
        Event(dates.enrol_opens_at, "重修报名开始", Tone.IDLE, "clock"),
        Event(dates.enrol_closes_at, "重修报名截止", Tone.IDLE, "clock"),
    ]
    if board.phase is Paying.WAIVED:
        return found
    return [
        *found,
        Event(dates.pay_opens_at, "重修缴费开始", Tone.IDLE, "clock"),
        Event(dates.pay_closes_at, "重修缴费截止", Tone.IDLE, "clock"),
    ]
