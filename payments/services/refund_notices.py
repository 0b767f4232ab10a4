"""What the payer is told while finance sends surplus money on. Each note has a key: sent once."""

from collections.abc import Iterator

from payments.models import Resolution
from payments.services.notices import PLAN
from payments.states import ResolutionMethod, ResolutionState
from portal.inbox.services import Note
from portal.lib.money import yuan

_RELEASED = {
    ResolutionMethod.GATEWAY: ("已申请原路退回", "退到付款时用的账户，到账后再发消息给你。"),
    ResolutionMethod.MANUAL: ("由财务处线下退回", "财务处会联系你；办好后再发消息给你。"),
}
_ARRIVED = {
    ResolutionMethod.GATEWAY: ("已退回", "退到付款时用的账户，到账时间以银行为准。"),
    ResolutionMethod.MANUAL: ("已线下退回", "凭证由财务处保存，有疑问联系财务处。"),
    ResolutionMethod.VOID: (
        "已更正：没有到账",
        "多记了这一笔，渠道没有收到这笔钱，没有扣款，不用退。账户确实扣了款，带扣款凭证找财务处。",
    ),
}


def released(row: Resolution) -> Iterator[Note]:
    """Finance has decided; what is done at once says so then."""
    if row.method in _RELEASED:
        title, body = _RELEASED[ResolutionMethod(row.method)]
        yield from _note(row, title, body)


def cancelled(row: Resolution) -> Iterator[Note]:
    """A decision was taken back after the payer had heard of it."""
    if row.released_at is not None:
        yield from _note(row, "回到财务处核对", "上一次的退费没有办成，钱还在，财务处换方式办理。")


def failed(row: Resolution) -> Iterator[Note]:
    """The gateway itself said that it does not arrive."""
    yield from _note(row, "原路没有退成", "渠道退了回来，钱还在财务处，由财务处换方式退给你。")


def arrived(row: Resolution) -> Iterator[Note]:
    """It is done."""
    if row.target is not None:
        yield from _note(row, f"已转到{row.target.title}", "这门课不用再缴。")
    else:
        title, body = _ARRIVED[ResolutionMethod(row.method)]
        yield from _note(row, title, body)


def _note(row: Resolution, title: str, body: str) -> Iterator[Note]:
    """Nobody is told when nobody knows who paid."""
    order = row.surplus.receipt.order
    if order is None:
        return
    since = row.released_at if row.state == ResolutionState.FAILED else None
    attempt = f":{int(since.timestamp())}" if since else ""  # it may fail more than once
    yield Note(
        user_id=order.payer_id,
        key=f"resolution:{row.pk}:{row.state}{attempt}",
        title=f"{yuan(row.surplus.amount_fen)} {title}",
        body=body,
        link=PLAN,
    )
