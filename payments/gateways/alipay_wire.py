"""Alipay's open platform on the wire: signed requests out, signed answers and notices in.

The package ``python-alipay-sdk`` signs and verifies (RSA2). The HTTP is ours: the package's own
knows no limit on a whole call and follows redirects. Never install ``alipay-sdk-python`` beside
it: both bring a package ``alipay`` and the last one wins.

An answer is ``{"<method>_response": {…}, "sign": "…"}``, signed over the bytes between its braces.
Inside, ``code`` 10000 is done; any other code comes with a ``sub_code``. An answer is not bound to
its request, so what it is about must be checked.
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

import requests
from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError

from payments.gateways.base import GatewayRefused, GatewayUnavailable
from payments.gateways.bill import LOCAL, TIME_FORMAT
from payments.gateways.transport import Patience, Transport

DONE, BUSY = "10000", "20000"
# "Ask again later": nothing was decided.
PASSING = {
    "ACQ.SYSTEM_ERROR", "isp.unknow-error", "aop.unknow-error", "isv.app-call-limited",
    "isp.service-unavailable",
}  # fmt: skip


class SealError(Exception):
    """Not to be believed: ``signature``, ``malformed`` or ``merchant``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sdk(app_id: str, private_key: str, public_key: str) -> AliPay:
    """The package's signer; raises ``ValueError`` for a bad key."""
    return AliPay(
        appid=app_id,
        app_private_key_string=_key(private_key),
        alipay_public_key_string=_key(public_key),
        sign_type="RSA2",
    )


def _key(text: str) -> str | bytes:
    """PEM as it is; Alipay's own tools print the bare base64 of the DER."""
    return text if "-----BEGIN" in text else b64decode(text, validate=True)


def load_notice(body: bytes, signer: AliPay) -> dict[str, str]:
    """The fields of a notification that Alipay signed; raises ``SealError``."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
        fields = dict(pairs)
        unsigned = {name: value for name, value in pairs if name != "sign"}
        # The package takes sign_type out of what it is given.
        right = len(fields) == len(pairs) and signer.verify(unsigned, fields.get("sign", ""))
    except (ValueError, AliPayException) as error:
        raise SealError("signature") from error
    if not right:
        raise SealError("signature")
    return fields


class Client:
    """Signed requests and believed answers."""

    def __init__(self, url: str, signer: AliPay, proxy: str = "") -> None:
        self.url = url
        self.signer = signer
        self.transport = Transport(proxy)

    def address(
        self, method: str, content: Mapping[str, object], now: datetime, **more: str
    ) -> str:
        """A signed request as an address: for us to call, or for a payer to open."""
        # Beijing time, whatever the clock of this machine is set to.
        stamp = now.astimezone(LOCAL).strftime(TIME_FORMAT)
        body = self.signer.build_body(method, dict(content), timestamp=stamp, **more)
        signed: str = self.signer.sign_data(body)
        return f"{self.url}?{signed}"

    def call(
        self,
        method: str,
        content: Mapping[str, object],
        patience: Patience,
        now: datetime,
        **more: str,
    ) -> dict[str, object]:
        """The signed content of an answer with code 10000; raises ``GatewayRefused`` with Alipay's
        ``sub_code``, or ``GatewayUnavailable`` for everything else.
        """
        address = self.address(method, content, now, **more)
        answer = self.transport.send("GET", address, patience)
        if answer.status_code != requests.codes.ok:
            raise GatewayUnavailable(f"{method}: {answer.status_code}")
        return self._believed(method, answer.content)

    def download(self, url: str, patience: Patience) -> bytes:
        """A file from an address that a signed answer named."""
        origin = "/".join(self.url.split("/")[:3])
        if not url.startswith(("https://", f"{origin}/")):
            raise GatewayUnavailable("download: not an address of theirs")
        answer = self.transport.send("GET", url, patience)
        if answer.status_code != requests.codes.ok:
            raise GatewayUnavailable(f"download: {answer.status_code}")
        return answer.content

    def _believed(self, method: str, body: bytes) -> dict[str, object]:
        try:
            told = self._verified(body, f"{method.replace('.', '_')}_response")
        except (ValueError, RecursionError, AliPayException, AliPayValidationError) as error:
            raise GatewayUnavailable(f"{method}: no signed answer") from error
        code, sub_code = told.get("code"), str(told.get("sub_code", told.get("code")))
        if code == DONE:
            return told
        if code == BUSY or sub_code in PASSING:
            raise GatewayUnavailable(f"{method}: {sub_code}")
        raise GatewayRefused(sub_code)

    def _verified(self, body: bytes, name: str) -> dict[str, object]:
        """Raises ``ValueError``, ``AliPayException`` or ``AliPayValidationError``."""
        text = body.decode()
        outer = json.loads(text)
        if not isinstance(outer, dict) or not isinstance(outer.get("sign"), str):
            raise ValueError("not signed")
        if not isinstance(outer.get(name), dict):
            raise ValueError("not an answer to this")
        # The package has no public way to check a synchronous answer it did not fetch itself.
        told: dict[str, object] = self.signer._verify_and_return_sync_response(text, name)  # noqa: SLF001
        return told
