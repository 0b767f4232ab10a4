"""WeChat Pay's API v3 in public-key mode, as its documents describe it: Native orders, queries,
closing, refunds, bills, and notices encrypted with the APIv3 key.
"""

import gzip
import hashlib
import json
import re
import secrets
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from payments.gateways.testing import wechat_bills
from payments.gateways.testing.keys import KeyPair, Signer
from payments.gateways.testing.ledger import No, Order, Refund, Switches
from payments.gateways.testing.platform import Heard, Notice, Platform, Said

MCHID, APPID = "1900000109", "wxd678efh567hg6787"
API_KEY = "0123456789abcdef0123456789ABCDEF"
SERIAL, PUBLIC_KEY_ID = "5157F09EFDC096DE15EBE81A47057A72", "PUB_KEY_ID_0119000001092024110800"
# Pauses in seconds before each further delivery: 24 hours and 4 minutes in all.
RETRIES = (
    15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600,
)  # fmt: skip

# Code and status for each refusal of the ledger, and for what a test switches on.
ERRORS = {
    "not_there": ("ORDER_NOT_EXIST", 404),
    "no_refund": ("RESOURCE_NOT_EXISTS", 404),
    "differs": ("OUT_TRADE_NO_USED", 403),
    "closed": ("ORDER_CLOSED", 400),
    "paid": ("ORDERPAID", 400),
    "refund_differs": ("INVALID_REQUEST", 400),
    "not_paid": ("INVALID_REQUEST", 400),
    "too_much": ("INVALID_REQUEST", 400),
    "malformed": ("PARAM_ERROR", 400),
    "signature": ("SIGN_ERROR", 401),
    "creating": ("STATEMENT_CREATING", 400),
    "empty": ("NO_STATEMENT_EXIST", 400),
}
STATUSES = {
    "USERPAYING": 202, "USER_PAYING": 202, "SYSTEM_ERROR": 500, "BANK_ERROR": 500,
    "FREQUENCY_LIMITED": 429, "RATELIMIT_EXCEEDED": 429, "SIGN_ERROR": 401, "NO_AUTH": 403,
    "NOT_ENOUGH": 403, "USER_ACCOUNT_ABNORMAL": 403, "RULE_LIMIT": 403, "OUT_TRADE_NO_USED": 403,
    "ORDER_NOT_EXIST": 404, "RESOURCE_NOT_EXISTS": 404, "MCH_NOT_EXISTS": 404,
}  # fmt: skip
TRADE_STATES = {"unpaid": "NOTPAY", "closed": "CLOSED"}
REFUND_STATUSES = {"accepted": "PROCESSING", "arrived": "SUCCESS", "failed": "ABNORMAL"}
NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
CREDENTIALS = re.compile(r'(\w+)="([^"]*)"')

Json = dict[str, Any]


@dataclass(frozen=True)
class Route:
    """An operation and what its path must look like."""

    method: str
    path: re.Pattern[str]
    run: Callable[..., Json | None]


class WechatPlatform(Platform):
    """One merchant's WeChat Pay. ``own`` is the platform's key, ``merchant`` the portal's."""

    def __init__(self, own: KeyPair, merchant: KeyPair) -> None:
        super().__init__()
        self.signer = Signer(own, merchant)
        self.files: dict[str, bytes] = {}
        self.routes = [
            Route("POST", re.compile("/v3/pay/transactions/native"), self._create),
            Route("GET", re.compile(r"/v3/pay/transactions/out-trade-no/([^/]+)"), self._query),
            Route("POST", re.compile("/v3/pay/transactions/out-trade-no/(.+)/close"), self._close),
            Route("POST", re.compile("/v3/refund/domestic/refunds"), self._refund),
            Route("GET", re.compile("/v3/refund/domestic/refunds/(.+)"), self._query_refund),
            Route("GET", re.compile("/v3/bill/tradebill"), self._bill),
        ]

    def say(self, heard: Heard, switches: Switches) -> Said:
        """Check the signature, do what is asked, sign the answer."""
        try:
            self._authenticate(heard)
            if switches.fails(heard.path):
                return self._failed(switches.error, STATUSES.get(switches.error, 400), switches)
            if heard.path.startswith("/v3/billdownload/"):
                return Said(200, {}, self.files[heard.path])  # unsigned, as in life
            body = self._run(heard, switches)
        except No as error:
            if error.why == "signature":  # nothing is signed for somebody unknown
                switches = replace(switches, down="unsigned")
            return self._failed(*ERRORS[error.why], switches)
        if body is None:
            return self._sealed(204, b"", switches)
        return self._sealed(200, _dump(body), switches)

    def notice(self, order: Order) -> Notice:
        """TRANSACTION.SUCCESS."""
        return self.sealed_notice("TRANSACTION.SUCCESS", self.transaction(order))

    def refund_notice(self, refund_number: str, event: str = "REFUND.SUCCESS") -> Notice:
        """News of a refund, in the words of its notice."""
        told = self.told(self.ledger.refunds[refund_number])
        status = told.pop("status")
        return self.sealed_notice(event, {**told, "mchid": MCHID, "refund_status": status})

    def sealed_notice(
        self, event: str, resource: Json, *, sent_at: int | None = None, key: str = API_KEY
    ) -> Notice:
        """Any notice, encrypted and signed; ``sent_at`` in Unix seconds."""
        nonce, kind = secrets.token_hex(6), "transaction"
        secret = AESGCM(key.encode()).encrypt(nonce.encode(), _dump(resource), kind.encode())
        body = {
            "id": secrets.token_hex(16),
            "create_time": datetime.now(UTC).isoformat(timespec="seconds"),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": "支付成功",
            "resource": {
                "original_type": kind,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": b64encode(secret).decode(),
                "associated_data": kind,
                "nonce": nonce,
            },
        }
        return Notice(_dump(body), self.seal(_dump(body), Switches(), sent_at=sent_at))

    def understood(self, answer: requests.Response) -> bool:
        """200 or 204, whatever the body says."""
        return answer.status_code in {200, 204}

    def seal(
        self, body: bytes, switches: Switches, *, sent_at: int | None = None
    ) -> dict[str, str]:
        """The five headers over a body."""
        timestamp, nonce = str(sent_at or int(time.time())), secrets.token_hex(16)
        signed = body + b"x" if switches.down == "forged" else body
        message = f"{timestamp}\n{nonce}\n".encode() + signed + b"\n"
        stranger = switches.down == "stranger"
        return {
            "Content-Type": "application/json; charset=utf-8",
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": self.signer.sign(message),
            "Wechatpay-Serial": "PUB_KEY_ID_SOMEBODY_ELSE" if stranger else PUBLIC_KEY_ID,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def transaction(self, order: Order, state: str = "") -> Json:
        """An order in WeChat Pay's words; ``state`` instead of its own."""
        told: Json = {
            "mchid": MCHID,
            "appid": APPID,
            "out_trade_no": order.number,
            "trade_state_desc": "",
        }
        own = TRADE_STATES.get(state or order.state, "SUCCESS")
        if own == "SUCCESS" and self.ledger.gone(order.number):
            own = "REFUND"
        told["trade_state"] = own
        if own in {"SUCCESS", "REFUND"} and order.paid_at is not None:
            told |= {
                "transaction_id": order.trade_number,
                "trade_type": "NATIVE",
                "bank_type": "OTHERS",
                "success_time": order.paid_at.astimezone(wechat_bills.LOCAL).isoformat(),
                "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
                "amount": {
                    "total": order.paid_fen,
                    "payer_total": order.paid_fen,
                    "currency": "CNY",
                    "payer_currency": "CNY",
                },
            }
        return told

    def _authenticate(self, heard: Heard) -> None:
        given = dict(CREDENTIALS.findall(heard.headers.get("authorization", "")))
        parts = [heard.method, heard.path, given.get("timestamp", ""), given.get("nonce_str", "")]
        message = "".join(f"{part}\n" for part in parts).encode() + heard.body + b"\n"
        known = (given.get("mchid"), given.get("serial_no")) == (MCHID, SERIAL)
        if not known or not self.signer.accepts(message, given.get("signature", "")):
            raise No("signature")

    def _run(self, heard: Heard, switches: Switches) -> Json | None:
        address = urlsplit(heard.path)
        for route in self.routes:
            found = route.path.fullmatch(address.path)
            if found and route.method == heard.method:
                asked = json.loads(heard.body) if heard.body else {}
                asked |= {name: values[0] for name, values in parse_qs(address.query).items()}
                if asked.get("mchid", MCHID) != MCHID:
                    raise No("malformed")
                return route.run(asked, switches, *found.groups())
        raise No("malformed")

    def _create(self, asked: Json, _: Switches) -> Json:
        expires = datetime.fromisoformat(asked["time_expire"])
        amount = asked["amount"]
        fits = NUMBER.fullmatch(asked["out_trade_no"]) and 0 < len(asked["description"]) <= 127
        if not fits or expires.tzinfo is None or type(amount["total"]) is not int:
            raise No("malformed")
        order = Order(
            asked["out_trade_no"], amount["total"], asked["description"], expires,
            asked["notify_url"],
        )  # fmt: skip
        self.ledger.open(order)
        return {"code_url": f"weixin://wxpay/bizpayurl?pr={secrets.token_hex(4)}"}

    def _query(self, _: Json, switches: Switches, number: str) -> Json:
        own = replace(switches, unpaid_for=self.switches(number).unpaid_for)
        return self.transaction(*self.ledger.visible(number, own))

    def _close(self, asked: Json, _: Switches, number: str) -> None:
        if "mchid" not in asked:
            raise No("malformed")
        self.ledger.close(number)

    def _refund(self, asked: Json, _: Switches) -> Json:
        amount, number, now = asked["amount"], asked["out_trade_no"], datetime.now(UTC)
        if len(asked["reason"]) > 80 or amount["total"] != self.ledger.get(number).paid_fen:
            raise No("not_paid")
        trade = self.ledger.get(number).trade_number
        wanted = Refund(
            number, asked["out_refund_no"], trade, "", amount["refund"], amount["total"],
            asked["reason"], now, now, "",
        )  # fmt: skip
        fresh = wanted.refund_number not in self.ledger.refunds
        refund = self.ledger.refund(wanted, self.switches(number))
        return self.told(refund, "accepted" if fresh else "")

    def _query_refund(self, _: Json, __: Switches, refund_number: str) -> Json:
        refund = self.ledger.refunds.get(refund_number)
        if refund is None:
            raise No("no_refund")
        return self.told(refund)

    def told(self, refund: Refund, state: str = "") -> Json:
        """A refund in WeChat Pay's words; ``state`` instead of its own."""
        state = state or refund.state(datetime.now(UTC))
        told: Json = {
            "refund_id": refund.refund_trade_number,
            "out_refund_no": refund.refund_number,
            "transaction_id": refund.trade_number,
            "out_trade_no": refund.number,
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
            "status": REFUND_STATUSES[state],
            "amount": {
                "total": refund.total_fen,
                "refund": refund.amount_fen,
                "payer_total": refund.total_fen,
                "payer_refund": refund.amount_fen,
                "currency": "CNY",
            },
        }
        if state == "arrived":
            done = refund.due_at.astimezone(wechat_bills.LOCAL)
            told["success_time"] = done.isoformat(timespec="seconds")
        return told

    def _bill(self, asked: Json, switches: Switches) -> Json:
        day = date.fromisoformat(asked["bill_date"])
        if not wechat_bills.exists(day, datetime.now(UTC), switches):
            raise No("creating")
        text = wechat_bills.render(self.ledger, day, asked["bill_type"], mchid=MCHID, appid=APPID)
        if text is None:
            raise No("empty")
        path = f"/v3/billdownload/file?token={secrets.token_hex(8)}"
        plain = text.encode()
        self.files[path] = plain if switches.spoil == "plain" else gzip.compress(plain)
        promised = plain + b"`" if switches.spoil == "hash" else plain
        host = "http://198.51.100.7" if switches.spoil == "elsewhere" else self.url
        return {
            "hash_type": "SHA1",
            "hash_value": hashlib.sha1(promised, usedforsecurity=False).hexdigest(),
            "download_url": host + path,
        }

    def _failed(self, code: str, status: int, switches: Switches) -> Said:
        return self._sealed(status, _dump({"code": code, "message": "…"}), switches)

    def _sealed(self, status: int, body: bytes, switches: Switches) -> Said:
        unsigned = switches.down == "unsigned"
        return Said(status, {} if unsigned else self.seal(body, switches), body)


def _dump(data: Json) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()
