"""Alipay's open platform, as its documents describe it: page pay and precreate, queries, closing,
refunds, bills, and signed notices. A trade exists once its payer has opened the page or the code.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

import requests

from payments.gateways.testing import alipay_bills
from payments.gateways.testing.keys import KeyPair, Signer
from payments.gateways.testing.ledger import No, Order, Refund, Switches
from payments.gateways.testing.platform import Heard, Notice, Platform, Said

APP_ID, SELLER_ID = "2014072300007148", "2088101117955611"
LOCAL = ZoneInfo("Asia/Shanghai")
FORMAT = "%Y-%m-%d %H:%M:%S"
PATH = "/gateway.do"
# Pauses in seconds before each further delivery: 8 deliveries in 25 hours.
RETRIES = (240, 600, 600, 3600, 7200, 21600, 54000)

ERRORS = {
    "not_there": "ACQ.TRADE_NOT_EXIST",
    "differs": "ACQ.CONTEXT_INCONSISTENT",
    "closed": "ACQ.TRADE_HAS_CLOSE",
    "paid": "ACQ.TRADE_HAS_SUCCESS",
    "refund_differs": "ACQ.DISCORDANT_REPEAT_REQUEST",
    "not_paid": "ACQ.TRADE_STATUS_ERROR",
    "too_much": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    "malformed": "ACQ.INVALID_PARAMETER",
    "no_bill": "isp.bill_not_exist",
}
STATES = {"unpaid": "WAIT_BUYER_PAY", "paid": "TRADE_SUCCESS", "closed": "TRADE_CLOSED"}

Json = dict[str, Any]


class AlipayPlatform(Platform):
    """One app of one seller. ``own`` is Alipay's key, ``merchant`` the portal's."""

    def __init__(self, own: KeyPair, merchant: KeyPair) -> None:
        super().__init__()
        self.signer = Signer(own, merchant)
        self.files: dict[str, bytes] = {}
        self.codes: dict[str, str] = {}  # QR text -> order number
        self.gateway = self.url + PATH
        self.methods: dict[str, Callable[[Json, Json, Switches], Json]] = {
            "alipay.trade.page.pay": self._page,
            "alipay.trade.precreate": self._precreate,
            "alipay.trade.query": self._query,
            "alipay.trade.close": self._close,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._query_refund,
            "alipay.data.dataservice.bill.downloadurl.query": self._bill,
        }

    def say(self, heard: Heard, switches: Switches) -> Said:
        """Check the signature, do what is asked, sign the answer."""
        if heard.path.startswith("/bills/"):
            return Said(200, {"Content-Type": "application/zip"}, self.files[heard.path])
        asked = _fields(heard)
        method = asked.get("method", "")
        name = f"{method.replace('.', '_')}_response"
        if not self._authentic(asked):
            told = {"code": "40002", "msg": "…", "sub_code": "isv.invalid-signature"}
            return _unsigned("error_response", told)
        try:
            if switches.fails(method):
                return self._answer(name, _failed(switches.error), switches)
            content = json.loads(asked["biz_content"])
            told = self.methods[method](content, asked, switches)
        except No as error:
            return self._answer(name, _failed(ERRORS[error.why]), switches)
        return self._answer(name, {"code": "10000", "msg": "Success", **told}, switches)

    def visit(self, address: str) -> None:
        """The payer opens the page, or scans the code: only now is there a trade."""
        number = self.codes.get(address, "")
        if not number:
            told = requests.get(address, timeout=5).json()["alipay_trade_page_pay_response"]
            if told["code"] != "10000":
                raise No(told["sub_code"])
            number = told["out_trade_no"]
        order = self.ledger.orders[number]
        if datetime.now(UTC) >= order.expires_at:
            raise No("expired")
        if order.state == "offered":
            order.state = "unpaid"
            order.trade_number = self.ledger.next_number("20")

    def notice(self, order: Order) -> Notice:
        """The notice about a payment."""
        return self.signed_notice(self.fields(order))

    def refund_notice(self, refund_number: str) -> Notice:
        """The notice about a refund: that of the payment, with the sum refunded so far."""
        refund = self.ledger.refunds[refund_number]
        order = self.ledger.orders[refund.number]
        gone = self.ledger.gone(order.number)
        more = {
            "refund_fee": alipay_bills.yuan(gone),
            "out_biz_no": refund_number,
            "gmt_refund": _moment(refund.due_at) + ".123",
        }
        if gone == order.paid_fen:
            more |= {"trade_status": "TRADE_CLOSED", "gmt_close": _moment(refund.due_at)}
        return self.signed_notice({**self.fields(order), **more})

    def fields(self, order: Order) -> dict[str, str]:
        """An order as a notice tells it, not signed yet."""
        told = {
            "notify_time": _moment(datetime.now(UTC)),
            "notify_type": "trade_status_sync",
            "notify_id": secrets.token_hex(17),
            "app_id": APP_ID,
            "seller_id": SELLER_ID,
            "charset": "utf-8",
            "version": "1.0",
            "trade_no": order.trade_number,
            "out_trade_no": order.number,
            "trade_status": STATES[order.state],
            "total_amount": alipay_bills.yuan(order.paid_fen or order.amount_fen),
            "subject": order.title,
            "body": "",
        }
        if order.paid_at is not None:
            told["gmt_payment"] = _moment(order.paid_at)
        return told

    def signed_notice(self, fields: dict[str, str]) -> Notice:
        """Any notice, signed over its sorted fields."""
        message = "&".join(f"{name}={value}" for name, value in sorted(fields.items()))
        signed = {**fields, "sign": self.signer.sign(message.encode()), "sign_type": "RSA2"}
        kind = "application/x-www-form-urlencoded; charset=utf-8"
        return Notice(urlencode(signed).encode(), {"Content-Type": kind})

    def understood(self, answer: requests.Response) -> bool:
        """Exactly seven bytes."""
        return answer.content == b"success"

    def _authentic(self, asked: dict[str, str]) -> bool:
        fields = {name: value for name, value in asked.items() if name != "sign"}
        message = "&".join(f"{name}={value}" for name, value in sorted(fields.items()))
        known = (asked.get("app_id"), asked.get("sign_type")) == (APP_ID, "RSA2")
        stamp = datetime.strptime(asked["timestamp"], FORMAT).replace(tzinfo=LOCAL)
        fresh = abs((datetime.now(UTC) - stamp).total_seconds()) < 60
        return known and fresh and self.signer.accepts(message.encode(), asked.get("sign", ""))

    def _page(self, content: Json, asked: Json, _: Switches) -> Json:
        if content.get("product_code") != "FAST_INSTANT_TRADE_PAY" or not asked["return_url"]:
            raise No("malformed")
        return {"out_trade_no": self._offer(content, asked).number}

    def _precreate(self, content: Json, asked: Json, _: Switches) -> Json:
        order = self._offer(content, asked)
        code = f"https://qr.alipay.com/{secrets.token_hex(8)}"
        self.codes[code] = order.number
        return {"out_trade_no": order.number, "qr_code": code}

    def _offer(self, content: Json, asked: Json) -> Order:
        if any(sign in content["subject"] for sign in "/=&"):
            raise No("malformed")
        expires = datetime.strptime(content["time_expire"], FORMAT).replace(tzinfo=LOCAL)
        amount = alipay_bills.fen(content["total_amount"])
        number, subject = content["out_trade_no"], content["subject"]
        order = Order(number, amount, subject, expires, asked["notify_url"], state="offered")
        return self.ledger.open(order)

    def _query(self, content: Json, _: Json, switches: Switches) -> Json:
        number = content["out_trade_no"]
        own = replace(switches, unpaid_for=self.switches(number).unpaid_for)
        order, state = self.ledger.visible(number, own)
        if state == "paid" and self.ledger.gone(number) == order.paid_fen:
            state = "closed"
        told = {
            "trade_no": order.trade_number,
            "out_trade_no": number,
            "trade_status": STATES[state],
            "total_amount": alipay_bills.yuan(order.paid_fen or order.amount_fen),
            "buyer_logon_id": "csq***@sandbox.com",
        }
        if state != "unpaid" and order.paid_at is not None:
            told["send_pay_date"] = _moment(order.paid_at)
        return told

    def _close(self, content: Json, _: Json, __: Switches) -> Json:
        order = self.ledger.close(content["out_trade_no"])
        return {"trade_no": order.trade_number, "out_trade_no": order.number}

    def _refund(self, content: Json, _: Json, __: Switches) -> Json:
        number, now = content["out_trade_no"], datetime.now(UTC)
        order = self.ledger.get(number)
        amount = alipay_bills.fen(content["refund_amount"])
        wanted = Refund(
            number, content["out_request_no"], "", "", amount, order.paid_fen,
            content["refund_reason"], now, now, "",
        )  # fmt: skip
        fresh = wanted.refund_number not in self.ledger.refunds
        refund = self.ledger.refund(wanted, self.switches(number))
        moved = fresh and refund.state(datetime.now(UTC)) == "arrived"
        return {
            "trade_no": order.trade_number,
            "out_trade_no": number,
            "fund_change": "Y" if moved else "N",
            "refund_fee": alipay_bills.yuan(self.ledger.gone(number)),
        }

    def _query_refund(self, content: Json, _: Json, __: Switches) -> Json:
        order = self.ledger.get(content["out_trade_no"])
        refund = self.ledger.refunds.get(content["out_request_no"])
        if refund is None or refund.state(datetime.now(UTC)) != "arrived":
            return {}
        return {
            "trade_no": order.trade_number,
            "out_trade_no": order.number,
            "out_request_no": refund.refund_number,
            "total_amount": alipay_bills.yuan(order.paid_fen),
            "refund_amount": alipay_bills.yuan(refund.amount_fen),
            "refund_status": "REFUND_SUCCESS",
            "gmt_refund_pay": _moment(refund.due_at),
        }

    def _bill(self, content: Json, _: Json, switches: Switches) -> Json:
        day = date.fromisoformat(content["bill_date"])
        if content["bill_type"] != "trade":
            raise No("malformed")
        now = datetime.now(UTC)
        packed = alipay_bills.render(self.ledger, day, now, switches, account=f"{SELLER_ID}0156")
        if packed is None:
            raise No("no_bill")
        path = f"/bills/{secrets.token_hex(8)}"
        self.files[path] = b"PK" if switches.spoil == "plain" else packed
        host = "http://198.51.100.7" if switches.spoil == "elsewhere" else self.url
        return {"bill_download_url": host + path}

    def _answer(self, name: str, told: Json, switches: Switches) -> Said:
        if switches.down == "stranger":
            name = "alipay_user_info_response"
        content = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        signed = content + " " if switches.down == "forged" else content
        if switches.down == "unsigned":
            return _unsigned(name, told)
        body = f'{{"{name}":{content},"sign":"{self.signer.sign(signed.encode())}"}}'
        return Said(200, {"Content-Type": "text/html;charset=utf-8"}, body.encode())


def _fields(heard: Heard) -> dict[str, str]:
    query = parse_qs(urlsplit(heard.path).query, keep_blank_values=True)
    return {name: values[0] for name, values in query.items()}


def _failed(sub_code: str) -> Json:
    busy = sub_code == "isp.unknow-error"
    code = "20000" if busy else "40004"
    return {"code": code, "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "…"}


def _unsigned(name: str, told: Json) -> Said:
    return Said(200, {"Content-Type": "text/html;charset=utf-8"}, json.dumps({name: told}).encode())


def _moment(moment: datetime) -> str:
    return moment.astimezone(LOCAL).strftime(FORMAT)
