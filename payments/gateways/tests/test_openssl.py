"""Signatures checked by the ``openssl`` command, so that no library agrees with itself."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from payments.cashier.testing.merchant import Merchant
from payments.gateways.base import NotificationRefused
from payments.gateways.registry import gateway
from payments.gateways.testing.alipay_server import AlipayPlatform
from payments.gateways.testing.keys import KeyPair, Signer, openssl_accepts, openssl_sign
from payments.gateways.testing.platform import Heard
from payments.gateways.testing.wechat_server import WechatPlatform
from payments.gateways.tests.conftest import make_till


def test_the_test_servers_sign_like_openssl(platform_keys: KeyPair, merchant_keys: KeyPair) -> None:
    message = "时间\n签名\n".encode()
    signature = Signer(platform_keys, merchant_keys).sign(message)
    assert signature == openssl_sign(platform_keys, message)
    assert Signer(merchant_keys, platform_keys).accepts(message, signature)
    assert not Signer(merchant_keys, platform_keys).accepts(message + b"x", signature)


def test_wechat_requests_are_signed_as_openssl_expects(
    request: pytest.FixtureRequest, merchant: Merchant, wechat: WechatPlatform,
    merchant_keys: KeyPair,
) -> None:  # fmt: skip
    till = make_till("wechat", request, merchant)
    asked = till.paid()
    till.gateway.query(asked.number)
    till.gateway.refund(asked)
    till.gateway.query_refund(asked.number, asked.refund_number)
    till.close(asked.number)
    heard = wechat.heard[-6:]
    assert len({(each.method, each.path) for each in heard}) == 5  # the close asked once more
    for each in heard:
        message, signature = wechat_message(each)
        assert openssl_accepts(merchant_keys, message, signature)
        assert not openssl_accepts(merchant_keys, message + b" ", signature)


def wechat_message(heard: Heard) -> tuple[bytes, str]:
    """What was signed and the signature, taken from the line by hand."""
    given = dict(re.findall(r'(\w+)="([^"]*)"', heard.headers["authorization"]))
    head = f"{heard.method}\n{heard.path}\n{given['timestamp']}\n{given['nonce_str']}\n"
    return head.encode() + heard.body + b"\n", given["signature"]


def test_a_wechat_notice_signed_by_openssl_is_believed(
    request: pytest.FixtureRequest, merchant: Merchant, wechat: WechatPlatform,
    platform_keys: KeyPair, merchant_keys: KeyPair,
) -> None:  # fmt: skip
    till = make_till("wechat", request, merchant)
    order = wechat.ledger.orders[till.paid().number]
    notice, now = wechat.notice(order), datetime.now(UTC)
    head = f"{notice.headers['Wechatpay-Timestamp']}\n{notice.headers['Wechatpay-Nonce']}\n"
    message = head.encode() + notice.body + b"\n"
    signed = {**notice.headers, "Wechatpay-Signature": openssl_sign(platform_keys, message)}
    assert till.gateway.parse_notification(notice.body, signed, now).number == order.number
    forged = {**notice.headers, "Wechatpay-Signature": openssl_sign(merchant_keys, message)}
    with pytest.raises(NotificationRefused, match="signature"):
        till.gateway.parse_notification(notice.body, forged, now)


@pytest.mark.parametrize("name", ["alipay-page", "alipay-code"])
def test_alipay_requests_are_signed_as_openssl_expects(
    name: str, request: pytest.FixtureRequest, merchant: Merchant, alipay: AlipayPlatform,
    merchant_keys: KeyPair,
) -> None:  # fmt: skip
    till = make_till(name, request, merchant)
    paths = [till.gateway.create(till.order())] if name == "alipay-page" else []
    asked = till.paid()
    till.gateway.query(asked.number)
    till.gateway.refund(asked)
    till.gateway.query_refund(asked.number, asked.refund_number)
    till.close(asked.number)
    for path in [*paths, *(each.path for each in alipay.heard[-6:])]:
        fields = {k: v[0] for k, v in parse_qs(urlsplit(path).query).items()}
        signature = fields.pop("sign")
        message = "&".join(f"{k}={v}" for k, v in sorted(fields.items())).encode()
        assert openssl_accepts(merchant_keys, message, signature)
        assert not openssl_accepts(merchant_keys, message + b" ", signature)


def test_an_alipay_notice_signed_by_openssl_is_believed(
    request: pytest.FixtureRequest, merchant: Merchant, alipay: AlipayPlatform,
    platform_keys: KeyPair, merchant_keys: KeyPair,
) -> None:  # fmt: skip
    till = make_till("alipay-page", request, merchant)
    order = alipay.ledger.orders[till.paid().number]
    fields = alipay.fields(order)
    message = "&".join(f"{name}={fields[name]}" for name in sorted(fields)).encode()
    notice = alipay.notice(order)
    for pair, believed in ((platform_keys, True), (merchant_keys, False)):
        signed = {**fields, "sign_type": "RSA2", "sign": openssl_sign(pair, message)}
        body = replace(notice, body=urlencode(signed).encode()).body
        if believed:
            told = gateway("alipay").parse_notification(body, {}, datetime.now(UTC))
            assert told.number == order.number
        else:
            with pytest.raises(NotificationRefused, match="signature"):
                gateway("alipay").parse_notification(body, {}, datetime.now(UTC))
