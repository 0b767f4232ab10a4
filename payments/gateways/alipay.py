"""Alipay: page pay (the payer is sent to Alipay) or precreate (a QR code). Needs the package
``python-alipay-sdk``; this module is only imported when the channel is configured
(ALIPAY_APP_ID; ``deploy/requirements-gateways.txt``).

The trade is created when the payer opens the page or scans the code, not by our call. So
TRADE_NOT_EXIST proves nothing while that can still happen: it is UNKNOWN until the order's time
and a margin have passed, and it is asked again then.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Self, TypeVar

from alipay import AliPay
from django.conf import settings

from payments.gateways import alipay_answers, alipay_bill
from payments.gateways import alipay_wire as wire
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
from payments.gateways.bill import LOCAL, TIME_FORMAT, BillError, BillRow, statement
from payments.gateways.expiry import bill_is_due, can_be_opened
from payments.gateways.transport import Patience

NOT_THERE = "ACQ.TRADE_NOT_EXIST"
NO_BILL = {"isp.bill_not_exist", "BILL_NOT_EXIST", "isv.bill-not-exist"}
SUBJECT = 256  # characters
SUBJECT_WORDS = str.maketrans("/=&", "   ")  # not allowed in a subject
STATEMENT_PATIENCE = 10  # times a page's: only the nightly job waits for a file
# "No bill" may mean no trades or not yet, so it is believed a day later than a file would be.
GRACE_DAYS = 1

T = TypeVar("T")


class AlipayGateway:
    """One app of one seller."""

    channel = "alipay"
    can_query = True
    can_close = True
    can_refund = True
    pays_by_code = False  # by ALIPAY_PRODUCT

    def __init__(
        self, client: wire.Client, *, seller_id: str, timeout: float, by_code: bool
    ) -> None:
        """``timeout``: the seconds that one answer may take, however many calls it needs."""
        self.client = client
        self.seller_id = seller_id
        self.timeout = timeout
        self.pays_by_code = by_code

    @classmethod
    def from_settings(cls) -> Self:
        """The gateway of this installation (ALIPAY_…); raises ``ValueError`` for a bad key."""
        known = settings.ALIPAY
        signer = wire.sdk(known["APP_ID"], known["PRIVATE_KEY"], known["PUBLIC_KEY"])
        client = wire.Client(settings.ALIPAY_URL, signer, settings.GATEWAY_PROXY)
        return cls(
            client,
            seller_id=known["SELLER_ID"],
            timeout=settings.GATEWAY_TIMEOUT,
            by_code=known["PRODUCT"] == "code",
        )

    @property
    def signer(self) -> AliPay:
        """The package's half: our key, Alipay's key."""
        return self.client.signer

    def create(self, request: PaymentRequest) -> str:
        """The address of Alipay's page, made without asking anybody; or, by code, the text of a
        QR code, where another amount for the same number is refused.
        """
        content = {
            "out_trade_no": request.number,
            "total_amount": _yuan(request.amount_fen),
            "subject": request.title.translate(SUBJECT_WORDS)[:SUBJECT],
            "time_expire": request.expires_at.astimezone(LOCAL).strftime(TIME_FORMAT),
        }
        if not self.pays_by_code:
            return self.client.address(
                "alipay.trade.page.pay",
                {**content, "product_code": "FAST_INSTANT_TRADE_PAY"},
                datetime.now(UTC),
                return_url=request.return_url,
                notify_url=request.notify_url,
            )
        method = "alipay.trade.precreate"
        told = self._call(method, content, self._patience(), notify_url=request.notify_url)
        if told.get("out_trade_no") != request.number:
            raise GatewayUnavailable("create: answer about another order")
        return _believed(lambda: alipay_answers.text(told, "qr_code"))

    def query(self, number: str) -> PaymentAnswer:
        """Ask what became of an order. UNKNOWN: nobody has opened it, so far."""
        return self._query(number, self._patience())

    def close(self, number: str, expires_at: datetime) -> PaymentAnswer:
        """Close an unpaid trade. Any refusal but "there is none" is followed by a question."""
        patience = self._patience()
        try:
            told = self._call("alipay.trade.close", {"out_trade_no": number}, patience)
        except GatewayRefused as error:
            if error.code == NOT_THERE:
                opened_yet = can_be_opened(expires_at, datetime.now(UTC))
                state = PaymentState.UNKNOWN if opened_yet else PaymentState.CLOSED
                return PaymentAnswer(number, state, error.code)
            answer = self._query(number, patience)
            if answer.state in {PaymentState.PAID, PaymentState.CLOSED}:
                return answer
            raise
        if told.get("out_trade_no") != number:
            raise GatewayUnavailable("close: answer about another order")
        return PaymentAnswer(number, PaymentState.CLOSED, _raw(told))

    def refund(self, request: RefundRequest) -> RefundAnswer:
        """Send money back. ``fund_change`` N says that nothing moved by this call: it was done
        before, or will be; the query decides.
        """
        content = {
            "out_trade_no": request.number,
            "refund_amount": _yuan(request.amount_fen),
            "out_request_no": request.refund_number,
            "refund_reason": request.reason[:SUBJECT],
        }
        told = self._call("alipay.trade.refund", content, self._patience())
        if told.get("out_trade_no") != request.number:
            raise GatewayUnavailable("refund: answer about another order")
        # refund_fee is the sum of all refunds of the trade, so it is not this one's amount.
        return RefundAnswer(
            request.number,
            request.refund_number,
            RefundState.ACCEPTED,
            _raw(told),
            request.amount_fen,
        )

    def query_refund(self, number: str, refund_number: str) -> RefundAnswer:
        """Ask what became of a refund; UNKNOWN within its first seconds may mean not yet."""
        content = {
            "out_trade_no": number,
            "out_request_no": refund_number,
            "query_options": ["gmt_refund_pay"],
        }
        try:
            told = self._call("alipay.trade.fastpay.refund.query", content, self._patience())
        except GatewayRefused as error:
            if error.code == NOT_THERE:
                return RefundAnswer(number, refund_number, RefundState.UNKNOWN, error.code)
            raise
        return _believed(lambda: alipay_answers.refund(told, _raw(told), number, refund_number))

    def parse_notification(
        self,
        body: bytes,
        headers: Mapping[str, str],  # noqa: ARG002 -- everything is in the body
        now: datetime,  # noqa: ARG002 -- Alipay repeats a notice unchanged for 25 hours
    ) -> Notification:
        """Verify the form over its fields and check that it is about us."""
        try:
            fields = wire.load_notice(body, self.signer)
            return alipay_answers.notification(
                fields, body.decode(), self.signer.appid, self.seller_id
            )
        except wire.SealError as error:
            raise NotificationRefused(error.code) from error

    def acknowledgement(self) -> tuple[str, str]:
        """Exactly these seven bytes."""
        return "success", "text/plain; charset=utf-8"

    def statement(self, day: date) -> bytes:
        """The 业务明细 of that (local) day; raises ``StatementNotReady``."""
        text = self.bill(day)
        if text is None:
            return alipay_bill.EMPTY.encode()
        self._rows(text)  # asked again unless it is whole
        return text.encode()

    def statement_rows(self, day: date) -> Iterator[StatementLine]:
        """What that bill says."""
        text = self.bill(day)
        rows = () if text is None else self._rows(text)
        return statement(rows, refunds_arrived=True)

    def _rows(self, text: str) -> tuple[BillRow, ...]:
        try:
            return alipay_bill.parse(text, seller_id=self.seller_id)
        except BillError as error:
            raise GatewayUnavailable(f"bill: {error}") from error

    def bill(self, day: date) -> str | None:
        """The text of a day's 业务明细, None for a day without trades."""
        patience = Patience(self.timeout * STATEMENT_PATIENCE)
        content = {"bill_type": "trade", "bill_date": day.isoformat()}
        method = "alipay.data.dataservice.bill.downloadurl.query"
        try:
            told = self._call(method, content, patience)
        except GatewayRefused as error:
            if error.code not in NO_BILL:
                raise
            if bill_is_due(day, datetime.now(UTC), GRACE_DAYS):
                return None
            raise StatementNotReady(day.isoformat()) from error
        url = _believed(lambda: alipay_answers.text(told, "bill_download_url"))
        try:
            return alipay_bill.unpack(self.client.download(url, patience))
        except BillError as error:
            raise GatewayUnavailable(f"bill: {error}") from error

    def _query(self, number: str, patience: Patience) -> PaymentAnswer:
        content = {"out_trade_no": number}
        try:
            told = self._call("alipay.trade.query", content, patience)
        except GatewayRefused as error:
            if error.code == NOT_THERE:
                return PaymentAnswer(number, PaymentState.UNKNOWN, error.code)
            raise
        answer = _believed(lambda: alipay_answers.payment(told, _raw(told)))
        if answer.number != number:
            raise GatewayUnavailable("query: answer about another order")
        return answer

    def _call(
        self, method: str, content: Mapping[str, object], patience: Patience, **more: str
    ) -> dict[str, object]:
        return self.client.call(method, content, patience, datetime.now(UTC), **more)

    def _patience(self) -> Patience:
        return Patience(self.timeout)


def _yuan(fen: int) -> str:
    """``1100.00``, by whole numbers only."""
    return f"{fen // 100}.{fen % 100:02d}"


def _raw(told: Mapping[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False)


def _believed(read: Callable[[], T]) -> T:
    try:
        return read()
    except wire.SealError as error:
        raise GatewayUnavailable(f"answer: {error.code}") from error
