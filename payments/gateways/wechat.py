"""WeChat Pay, Native (scan to pay), API v3. Needs the package ``wechatpayv3``; this module is only
imported when the channel is configured (WECHAT_MCHID; ``deploy/requirements-gateways.txt``).

Amounts are fen on the wire and yuan in the bill. An order is created by our call alone, so a
number WeChat Pay does not know cannot be paid; it may still be opened until its time is over.
A trade that was refunded (REFUND) was paid. Refunds are PROCESSING first; ABNORMAL (the payer's
account is gone) and CLOSED did not arrive and are finance's to decide.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Self, TypeVar
from urllib.parse import quote

from django.conf import settings

from payments.gateways import wechat_answers, wechat_bill
from payments.gateways import wechat_wire as wire
from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    Notification,
    NotificationRefused,
    PaymentAnswer,
    PaymentRequest,
    PaymentState,
    RefundAnswer,
    RefundRequest,
    RefundState,
    StatementLine,
    StatementNotReady,
)
from payments.gateways.bill import LOCAL, BillError, BillRow, statement
from payments.gateways.expiry import bill_is_due, can_be_opened
from payments.gateways.transport import Patience

ORDERS = "/v3/pay/transactions/out-trade-no"
REFUNDS = "/v3/refund/domestic/refunds"
BILLS = "/v3/bill/tradebill"
DESCRIPTION, REASON = 127, 80  # characters WeChat Pay takes
STATEMENT_PATIENCE = 10  # times a page's: only the nightly job waits for a file
LARGEST_BILL = 256 * 1024 * 1024  # bytes, unpacked

NOT_THERE = {"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"}
ALREADY_CLOSED = {"ORDER_CLOSED", "ORDERCLOSED"}
NO_TRADES = {"NO_STATEMENT_EXIST", "NO_BILL_EXIST"}
NOT_READY = {"STATEMENT_CREATING", "BILL_CREATING"}

T = TypeVar("T")


class WechatGateway:
    """One merchant number and one app."""

    channel = "wechat"
    can_query = True
    can_close = True
    can_refund = True
    pays_by_code = True

    def __init__(self, url: str, account: wire.Account, timeout: float, proxy: str = "") -> None:
        """``timeout``: the seconds that one answer may take, however many calls it needs."""
        self.account = account
        self.client = wire.Client(url, account, proxy)
        self.timeout = timeout

    @classmethod
    def from_settings(cls) -> Self:
        """The gateway of this installation (WECHAT_…); raises ``ValueError`` for a bad key."""
        known = settings.WECHAT
        account = wire.Account(
            mchid=known["MCHID"],
            appid=known["APPID"],
            api_key=known["API_KEY"],
            serial=known["SERIAL"],
            private_key=wire.private_key(known["PRIVATE_KEY"]),
            public_key_id=known["PUBLIC_KEY_ID"],
            public_key=wire.public_key(known["PUBLIC_KEY"]),
        )
        return cls(settings.WECHAT_URL, account, settings.GATEWAY_TIMEOUT, settings.GATEWAY_PROXY)

    def create(self, request: PaymentRequest) -> str:
        """Open the order and return the text of its QR code, which is good for two hours.

        The same request again gives a fresh code; another amount is refused as
        ``OUT_TRADE_NO_USED``.
        """
        data = {
            "appid": self.account.appid,
            "mchid": self.account.mchid,
            "description": request.title[:DESCRIPTION],
            "out_trade_no": request.number,
            "time_expire": request.expires_at.astimezone(LOCAL).isoformat(timespec="seconds"),
            "notify_url": request.notify_url,
            "amount": {"total": request.amount_fen, "currency": "CNY"},
        }
        raw = self.client.call("POST", "/v3/pay/transactions/native", self._patience(), data)
        return _believed(lambda: wechat_answers.field(wire.load(raw), "code_url", str))

    def query(self, number: str) -> PaymentAnswer:
        """Ask by our number: an unpaid order has no other."""
        return self._query(number, self._patience())

    def close(self, number: str, expires_at: datetime) -> PaymentAnswer:
        """Close an unpaid order. Any refusal is followed by a question: the payer may have been
        faster than we were.
        """
        patience = self._patience()
        try:
            path = f"{ORDERS}/{quote(number, safe='')}/close"
            self.client.call("POST", path, patience, {"mchid": self.account.mchid})
        except GatewayRefused as error:
            if error.code in NOT_THERE:
                open_still = can_be_opened(expires_at, datetime.now(UTC))
                state = PaymentState.UNKNOWN if open_still else PaymentState.CLOSED
                return PaymentAnswer(number, state, error.code)
            if error.code in ALREADY_CLOSED:
                return PaymentAnswer(number, PaymentState.CLOSED, error.code)
            answer = self._query(number, patience)
            if answer.state in {PaymentState.PAID, PaymentState.CLOSED}:
                return answer
            raise
        return PaymentAnswer(number, PaymentState.CLOSED, "204")

    def refund(self, request: RefundRequest) -> RefundAnswer:
        """Ask that money goes back: PROCESSING is the usual reply."""
        data = {
            "out_trade_no": request.number,  # unlike a trade number it cannot be another's
            "out_refund_no": request.refund_number,
            "reason": request.reason[:REASON],
            "amount": {
                "refund": request.amount_fen,
                "total": request.total_fen,
                "currency": "CNY",
            },
        }
        raw = self.client.call("POST", REFUNDS, self._patience(), data)
        return _refund(request.number, request.refund_number, raw)

    def query_refund(self, number: str, refund_number: str) -> RefundAnswer:
        """Ask what became of a refund."""
        path = f"{REFUNDS}/{quote(refund_number, safe='')}"
        try:
            raw = self.client.call("GET", path, self._patience())
        except GatewayRefused as error:
            if error.code in NOT_THERE:
                return RefundAnswer(number, refund_number, RefundState.UNKNOWN, error.code)
            raise
        return _refund(number, refund_number, raw)

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notification:
        """Verify over the raw bytes, decrypt, and check that it is about us."""
        try:
            notice = wire.load(wire.verify(body, headers, self.account, now))
            raw = wire.open_resource(notice, self.account)
            event = notice.get("event_type")
            return wechat_answers.notification(event, wire.load(raw), raw, self.account)
        except wire.SealError as error:
            raise NotificationRefused(error.code) from error

    def acknowledgement(self) -> tuple[str, str]:
        """Any 200 is "understood"; the body is what older documents ask for."""
        return '{"code":"SUCCESS","message":"成功"}', "application/json; charset=utf-8"

    def statement(self, day: date) -> bytes:
        """The bill ALL of that (local) day; raises ``StatementNotReady``."""
        text = self.bill(day)
        self._rows(text)  # asked again unless it is whole
        return text.encode()

    def statement_rows(self, day: date) -> Iterator[StatementLine]:
        """What that bill says; a refund stands there once it was asked for, not yet arrived."""
        return statement(self._rows(self.bill(day)), refunds_arrived=False)

    def _rows(self, text: str) -> tuple[BillRow, ...]:
        try:
            return wechat_bill.parse(text, mchid=self.account.mchid)
        except BillError as error:
            raise GatewayUnavailable(f"bill: {error}") from error

    def bill(self, day: date, kind: str = "ALL") -> str:
        """The text of a day's bill (ALL, SUCCESS or REFUND), empty sums for a day without trades.

        "No trades" is believed only once the file should exist.
        """
        patience = Patience(self.timeout * STATEMENT_PATIENCE)
        path = f"{BILLS}?bill_date={day.isoformat()}&bill_type={kind}&tar_type=GZIP"
        try:
            raw = self.client.call("GET", path, patience)
        except GatewayRefused as error:
            if error.code in NO_TRADES and bill_is_due(day, datetime.now(UTC)):
                return wechat_bill.EMPTY
            if error.code in NO_TRADES | NOT_READY:
                raise StatementNotReady(day.isoformat()) from error
            raise
        data = _believed(lambda: wire.load(raw))
        kind, wanted, url = (
            str(data.get(name)) for name in ("hash_type", "hash_value", "download_url")
        )
        packed = self.client.download(url, patience)
        return _checked(packed, kind, wanted)

    def _query(self, number: str, patience: Patience) -> PaymentAnswer:
        path = f"{ORDERS}/{quote(number, safe='')}?mchid={self.account.mchid}"
        try:
            raw = self.client.call("GET", path, patience)
        except GatewayRefused as error:
            if error.code in NOT_THERE:
                return PaymentAnswer(number, PaymentState.UNKNOWN, error.code)
            raise
        answer = _believed(lambda: wechat_answers.payment(wire.load(raw), raw, self.account))
        if answer.number != number:
            raise GatewayUnavailable("query: answer about another order")
        return answer

    def _patience(self) -> Patience:
        return Patience(self.timeout)


def _refund(number: str, refund_number: str, raw: str) -> RefundAnswer:
    answer = _believed(lambda: wechat_answers.refund(wire.load(raw), raw))
    if (answer.number, answer.refund_number) != (number, refund_number):
        raise GatewayUnavailable("refund: answer about another one")
    return answer


def _believed(read: Callable[[], T]) -> T:
    try:
        return read()
    except wire.SealError as error:
        raise GatewayUnavailable(f"answer: {error.code}") from error


def _checked(packed: bytes, kind: str, wanted: str) -> str:
    """The text of a packed bill whose hash is the one that was promised over the signed way."""
    try:
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # gzip
        plain = unpacker.decompress(packed, LARGEST_BILL)
        text = plain.decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise GatewayUnavailable("bill: not a packed text") from error
    found = hashlib.sha1(plain, usedforsecurity=False).hexdigest()  # what WeChat Pay offers
    if kind != "SHA1" or found != wanted.lower():
        raise GatewayUnavailable("bill: not the file that was promised")
    return text
