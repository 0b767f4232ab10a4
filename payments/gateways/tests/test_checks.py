"""A channel configured wrong is said at start; one that is not there costs nothing."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from pytest_django import Settings

from payments.gateways.checks import RIVAL, check_channels
from payments.gateways.testing import wechat_server
from payments.gateways.testing.alipay_server import AlipayPlatform
from payments.gateways.testing.keys import KeyPair
from payments.gateways.testing.wechat_server import WechatPlatform

WITHOUT = """
import sys
sys.modules["wechatpayv3"] = sys.modules["alipay"] = None  # as if they were not installed
import django
django.setup()
from django.core.management import call_command
call_command("check", fail_level="WARNING")  # loads every address with its view
"""


def found() -> list[str | None]:
    """The ids of what is wrong."""
    return [message.id for message in check_channels(None)]


@pytest.fixture
def https(settings: Settings) -> None:
    """A portal that the channels can call back."""
    settings.PORTAL_URL = "https://portal.example.edu.cn"


def test_the_portal_starts_without_the_packages() -> None:
    keep = ("PATH", "SECRET_KEY", "DATABASE_URL", "REDIS_URL")
    environment = {name: os.environ[name] for name in keep if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        cwd=portal.BASE_DIR,
        env={**environment, "DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "1", "HTTPS": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_a_portal_without_channels_has_nothing_to_check(settings: Settings) -> None:
    settings.GATEWAYS = {"finance": "payments.gateways.finance.FinanceGateway"}
    assert found() == []


def test_configured_channels_are_in_order(
    https: None, wechat: WechatPlatform, alipay: AlipayPlatform, settings: Settings
) -> None:
    settings.GATEWAYS = {
        "wechat": "payments.gateways.wechat.WechatGateway",
        "alipay": "payments.gateways.alipay.AlipayGateway",
    }
    assert found() == []


@pytest.mark.parametrize(
    ("channel", "module", "package"),
    [("wechat", "wechatpayv3", "wechatpayv3"), ("alipay", "alipay", "python-alipay-sdk")],
)
def test_a_missing_package_is_named_with_its_remedy(
    https: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch,
    channel: str, module: str, package: str,
) -> None:  # fmt: skip
    request.getfixturevalue(channel)
    monkeypatch.setitem(sys.modules, module, None)
    [message] = check_channels(None)
    assert (message.id, package in message.msg) == ("gateways.E001", True)
    assert message.hint == "pip install -r deploy/requirements-gateways.txt"


WRONG = {
    "no app": ("wechat", {"APPID": ""}, "gateways.E002"),
    "no APIv3 key": ("wechat", {"API_KEY": ""}, "gateways.E002"),
    "no key": ("wechat", {"PRIVATE_KEY": ""}, "gateways.E002"),
    "a key that is none": ("wechat", {"PRIVATE_KEY": "secret"}, "gateways.E003"),
    "a public key that is none": ("wechat", {"PUBLIC_KEY": "secret"}, "gateways.E003"),
    "a short APIv3 key": ("wechat", {"API_KEY": "short"}, "gateways.E004"),
    "a certificate's number": ("wechat", {"PUBLIC_KEY_ID": "5157F09EFDC0"}, "gateways.E005"),
    "no seller": ("alipay", {"SELLER_ID": ""}, "gateways.E002"),
    "an Alipay key that is none": ("alipay", {"PUBLIC_KEY": "secret"}, "gateways.E003"),
    "another product": ("alipay", {"PRODUCT": "wap"}, "gateways.E006"),
}


@pytest.mark.parametrize(("channel", "change", "code"), WRONG.values(), ids=list(WRONG))
def test_a_setting_that_is_wrong_is_named(
    https: None, request: pytest.FixtureRequest, settings: Settings,
    channel: str, change: dict[str, str], code: str,
) -> None:  # fmt: skip
    request.getfixturevalue(channel)
    setattr(settings, channel.upper(), {**getattr(settings, channel.upper()), **change})
    assert found() == [code]


def test_callbacks_need_https(wechat: WechatPlatform, settings: Settings) -> None:
    settings.PORTAL_URL = "http://127.0.0.1:8000"
    assert found() == ["gateways.W001"]


def test_two_packages_of_one_name_are_refused(
    https: None, alipay: AlipayPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.metadata.distribution

    def installed(name: str) -> Any:
        return real("Django") if name == RIVAL else real(name)

    monkeypatch.setattr("payments.gateways.checks.distribution", installed)
    assert found() == ["gateways.E007"]


def test_keys_may_stand_in_files(
    tmp_path: Path, platform_keys: KeyPair, merchant_keys: KeyPair
) -> None:
    api_key = tmp_path / "api_key"
    api_key.write_text(f"{wechat_server.API_KEY}\n")
    environment = {
        **os.environ,
        "WECHAT_MCHID": wechat_server.MCHID,
        "WECHAT_APPID": wechat_server.APPID,
        "WECHAT_API_KEY_FILE": str(api_key),
        "WECHAT_SERIAL": wechat_server.SERIAL,
        "WECHAT_PRIVATE_KEY_FILE": str(merchant_keys.private_file),
        "WECHAT_PUBLIC_KEY_ID": wechat_server.PUBLIC_KEY_ID,
        # the other way: one line, as .env files have it
        "WECHAT_PUBLIC_KEY": platform_keys.public_pem.replace("\n", "\\n"),
        "PORTAL_URL": "https://portal.example.edu.cn",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--fail-level", "WARNING"],
        cwd=portal.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
