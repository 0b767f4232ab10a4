"""What the student is told of his enrolments: one message for each act, not for each course."""

from collections.abc import Sequence
from datetime import datetime

from portal.inbox.services import Note, send
from portal.lib.moments import moment
from portal.lib.money import yuan
from retake.models import Enrollment, Round

MINE = "/retake/enrollments/"


def enrolled(user_id: int, rows: Sequence[Enrollment], names: str, now: datetime) -> None:
    """After 提交报名; ``names`` are the courses in words."""
    body = f"{names}。{_to_pay(rows, rows[0].round, now)}"
    _send(user_id, f"enrolled:{rows[0].pk}", f"已报名 {len(rows)} 门重修", body, now)


def overridden(user_id: int, row: Enrollment, name: str, now: datetime) -> None:
    """After 特批: staff enrolled him."""
    body = f"特批理由：{row.override_reason}。{_to_pay([row], row.round, now)}"
    _send(user_id, f"overridden:{row.pk}", f"学校已为你特批报名{name}", body, now)


def _to_pay(rows: Sequence[Enrollment], opened: Round, now: datetime) -> str:
    fen = sum(row.fee_fen for row in rows if not row.exempt)
    if not fen or opened.pay_closes_at is None:
        return "不用缴费。"
    return f"重修费 {yuan(fen)}，缴费到 {moment(opened.pay_closes_at, now)} 截止。"


def _send(user_id: int, key: str, title: str, body: str, now: datetime) -> None:
    # A row is revived when a course is given back and taken again: the second makes it a new act.
    note = Note(user_id, f"retake:{key}:{now.timestamp():.0f}", title, body, MINE)
    send([note], now)
