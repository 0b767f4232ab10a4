"""Mistakes in a channel's configuration, said at start rather than when a student pays."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 -- Django's name
from django.utils.module_loading import import_string

PACKAGES = {"wechat": ("wechatpayv3", "wechatpayv3"), "alipay": ("alipay", "python-alipay-sdk")}
INSTALL = "pip install -r deploy/requirements-gateways.txt"
RIVAL = "alipay-sdk-python"
API_KEY_LENGTH = 32


def check_channels(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 -- the signature of a system check
    **_options: Any,
) -> list[CheckMessage]:
    """WeChat Pay and Alipay, where configured, have their package, their keys and an address."""
    found: list[CheckMessage] = []
    for channel in sorted(PACKAGES.keys() & settings.GATEWAYS.keys()):
        module, package = PACKAGES[channel]
        if not _installed(module):
            what = f"The channel {channel} is configured, its package {package} is not installed."
            found.append(Error(what, hint=INSTALL, id="gateways.E001"))
            continue
        found += _settings(channel)
    return [*found, *_rivals(), *_address()]


def _installed(module: str) -> bool:
    try:
        import_module(module)
    except ImportError:
        return False
    return True


def _settings(channel: str) -> Iterator[CheckMessage]:
    known = getattr(settings, channel.upper())
    empty = [name for name, value in known.items() if not value and name != "PRODUCT"]
    for name in empty:
        yield Error(f"{channel.upper()}_{name} is empty.", id="gateways.E002")
    if empty:
        return
    try:
        import_string(settings.GATEWAYS[channel]).from_settings()
    except (ValueError, TypeError) as error:
        what = f"The keys of the channel {channel} cannot be read: {error}"
        yield Error(what, hint="PEM text, or the path of a file in …_FILE.", id="gateways.E003")
    if channel == "wechat" and len(known["API_KEY"].encode()) != API_KEY_LENGTH:
        yield Error("WECHAT_API_KEY is not 32 bytes long.", id="gateways.E004")
    if channel == "wechat" and not known["PUBLIC_KEY_ID"].startswith("PUB_KEY_ID_"):
        hint = "Only public-key mode is spoken: the number in the merchant platform beside the key."
        yield Error("WECHAT_PUBLIC_KEY_ID is no public key's.", hint=hint, id="gateways.E005")
    if channel == "alipay" and known["PRODUCT"] not in {"", "page", "code"}:
        yield Error("ALIPAY_PRODUCT is neither page nor code.", id="gateways.E006")


def _rivals() -> Iterator[CheckMessage]:
    if "alipay" not in settings.GATEWAYS:
        return
    try:
        distribution(RIVAL)
    except PackageNotFoundError:
        return
    what = f"{RIVAL} is installed too: both packages bring a module alipay, the last one wins."
    yield Error(what, hint=f"pip uninstall {RIVAL}, then {INSTALL}", id="gateways.E007")


def _address() -> Iterator[CheckMessage]:
    away = PACKAGES.keys() & settings.GATEWAYS.keys()
    if away and urlsplit(settings.PORTAL_URL).scheme != "https":
        what = "PORTAL_URL is not https: WeChat Pay and Alipay call back nothing else."
        hint = "Payments are still found by asking, up to half an hour later."
        yield Warning(what, hint=hint, id="gateways.W001")
