"""A refund that the two sides have on different days, as the pages of both say it."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from payments.reconcile.selectors.apart import Apart
from portal.lib.status import Status, Tone

BY_HAND = Status(Tone.IDLE, "idle", "线下退，账单不列")


@dataclass(frozen=True)
class ApartLine:
    """One refund. ``text`` ends where the other day follows, if there is one; ``fen`` is what it
    takes from the side that has it.
    """

    refund_number: str
    href: str
    fen: int
    text: str
    other_day: date | None
    other_href: str


def apart_line(channel: str, one: Apart) -> ApartLine:
    """What a day says of a refund that it does not share with the other side."""
    other = one.other_day
    return ApartLine(
        refund_number=one.refund_number,
        href=reverse("admin:payments_resolution_change", args=[one.resolution_id]),
        fen=-one.amount_fen,
        text=_text(one),
        other_day=other,
        other_href=reverse("reconcile:day", args=[channel, other]) if other else "",
    )


def _text(one: Apart) -> str:
    if one.is_ours:
        return "我方记在这一天，账单列在" if one.other_day else "线下退给本人，渠道账单不会列"
    if one.other_day:
        return "账单列在这一天，我方记在"
    return "账单列在这一天，渠道已受理，还没有到账"


def ours_status(one: Apart) -> Status:
    """Where a statement lists a refund of ours."""
    if one.other_day is None:
        return BY_HAND
    return Status(Tone.DONE, "check", f"账单列在{one.other_day.month}月{one.other_day.day}日")
