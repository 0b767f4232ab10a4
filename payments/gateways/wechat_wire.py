"""WeChat Pay API v3 on the wire, in public-key mode: sign requests, verify answers, open notices.

The package ``wechatpayv3`` signs, verifies and decrypts. Its own client is not used: it raises
bare ``Exception``, knows neither the age of a signature nor a limit on a whole call, answers an
unknown serial by fetching certificates, and skips the hash of a bill.

A message is signed over ``timestamp LF nonce LF body LF`` with the bytes as they came. By the
documents every answer to a rightly signed request is signed, errors too. An unsigned one comes
from something in front of the API (or says that our own signature is wrong) and decides nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from wechatpayv3.utils import aes_decrypt, build_authorization, rsa_verify

from payments.gateways.base import GatewayRefused, GatewayUnavailable
from payments.gateways.transport import Patience, Transport

FRESH = timedelta(minutes=5)
ALGORITHM = "WECHATPAY2-SHA256-RSA2048"
# "Ask again later": nothing was decided. Old spellings are still seen.
PASSING = {
    "SYSTEM_ERROR", "SYSTEMERROR", "BANK_ERROR", "BANKERROR", "USER_PAYING", "USERPAYING",
    "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED",
}  # fmt: skip


class SealError(Exception):
    """Not to be believed: ``signature``, ``serial`` or ``stale`` (who said it), ``malformed``,
    ``event`` or ``merchant`` (what it says).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Account:
    """The merchant's side of the contract and WeChat Pay's public key."""

    mchid: str
    appid: str
    api_key: str  # APIv3 key, 32 characters: opens notifications
    serial: str  # of the merchant's certificate
    private_key: RSAPrivateKey
    public_key_id: str  # PUB_KEY_ID_…
    public_key: RSAPublicKey


def private_key(pem: str) -> RSAPrivateKey:
    """The merchant's key (apiclient_key.pem); raises ``ValueError``."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key


def public_key(pem: str) -> RSAPublicKey:
    """WeChat Pay's key (pub_key.pem); raises ``ValueError``."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


def verify(body: bytes, headers: Mapping[str, str], account: Account, now: datetime) -> str:
    """The text of a body that WeChat Pay signed within the last minutes; raises ``SealError``.

    Probes (``WECHATPAY/SIGNTEST/…``) are simply wrong signatures.
    """
    given = {name.lower(): value for name, value in headers.items()}
    timestamp, nonce, signature, serial = (
        given.get(f"wechatpay-{part}", "") for part in ("timestamp", "nonce", "signature", "serial")
    )
    if given.get("wechatpay-signature-type", ALGORITHM) != ALGORITHM:
        raise SealError("signature")
    if serial != account.public_key_id:
        raise SealError("serial")
    text = _text(body)
    if not nonce or not rsa_verify(timestamp, nonce, text, signature, account.public_key):
        raise SealError("signature")
    if not _fresh(timestamp, now):
        raise SealError("stale")
    return text


def open_resource(notice: Mapping[str, object], account: Account) -> str:
    """What a notification carries, decrypted; raises ``SealError("malformed")``."""
    resource = notice.get("resource")
    if not isinstance(resource, dict) or resource.get("algorithm") != "AEAD_AES_256_GCM":
        raise SealError("malformed")
    parts = [resource.get(name, "") for name in ("nonce", "ciphertext", "associated_data")]
    try:
        text: str | None = aes_decrypt(*map(str, parts), account.api_key)
    except ValueError as error:
        raise SealError("malformed") from error
    if text is None:
        raise SealError("malformed")
    return text


def load(text: str) -> dict[str, object]:
    """A JSON object; raises ``SealError("malformed")``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SealError("malformed") from error
    if not isinstance(data, dict):
        raise SealError("malformed")
    return data


class Client:
    """Signed requests and believed answers."""

    def __init__(self, url: str, account: Account, proxy: str = "") -> None:
        self.url = url.rstrip("/")
        self.account = account
        self.transport = Transport(proxy)

    def call(
        self, method: str, path: str, patience: Patience, data: Mapping[str, object] | None = None
    ) -> str:
        """The signed text of a 200 or 204; raises ``GatewayRefused`` with WeChat Pay's code, or
        ``GatewayUnavailable`` for everything else.
        """
        answer = self._send(method, self.url + path, patience, data)
        try:
            text = verify(answer.content, answer.headers, self.account, datetime.now(UTC))
            if answer.status_code in {200, 204}:
                return text
            code = load(text).get("code")
        except SealError as error:
            what = f"{path}: {answer.status_code} {error.code}"
            raise GatewayUnavailable(what) from error
        if not isinstance(code, str) or code in PASSING or answer.status_code >= 500:
            raise GatewayUnavailable(f"{path}: {answer.status_code} {code}")
        raise GatewayRefused(code)

    def download(self, url: str, patience: Patience) -> bytes:
        """A file; its bytes prove nothing, its hash was in a signed answer."""
        if not url.startswith(("https://", f"{self.url}/")):
            raise GatewayUnavailable("download: not an address of theirs")
        answer = self._send("GET", url, patience)
        if answer.status_code != requests.codes.ok:
            raise GatewayUnavailable(f"download: {answer.status_code}")
        return answer.content

    def _send(
        self,
        method: str,
        url: str,
        patience: Patience,
        data: Mapping[str, object] | None = None,
    ) -> requests.Response:
        # The bytes that are signed are the bytes that are sent.
        body = "" if data is None else json.dumps(data, ensure_ascii=False)
        parts = urlsplit(url)
        headers = {
            "Authorization": build_authorization(
                f"{parts.path}?{parts.query}" if parts.query else parts.path,
                method,
                self.account.mchid,
                self.account.serial,
                self.account.private_key,
                data=body,
            ),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "portal",
            "Wechatpay-Serial": self.account.public_key_id,
        }
        sent = body.encode() if body else None
        return self.transport.send(method, url, patience, data=sent, headers=headers)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise SealError("malformed") from error


def _fresh(timestamp: str, now: datetime) -> bool:
    seconds = int(timestamp) if timestamp.isdecimal() and len(timestamp) < 12 else 0
    return abs(now.timestamp() - seconds) <= FRESH.total_seconds()
