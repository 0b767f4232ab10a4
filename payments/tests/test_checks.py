"""Mistakes in the settings are named at start."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from payments.checks import check_settings


def codes() -> list[str | None]:
    return [message.id for message in check_settings(None)]


def test_settings_of_this_installation_are_whole() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("CHARGE_HANDLERS", {"x": "payments.nowhere.Handler"}, "payments.E001"),
        ("CHARGE_HANDLERS", {"x": "payments.models.Charge"}, "payments.E001"),
        ("GATEWAYS", {"x": "payments.gateways.nowhere.Gateway"}, "payments.E002"),
        ("GATEWAYS", {"x": "payments.models.Order"}, "payments.E002"),
        ("ORDER_MAX_COURSES", 0, "payments.E003"),
        ("ORDER_MAX_COURSES", 4, "payments.E003"),
        ("ORDER_RELEASE_AFTER", timedelta(0), "payments.E004"),
        ("ORDER_REPAY_AFTER", timedelta(seconds=-1), "payments.E004"),
        ("ORDER_WATCH", timedelta(minutes=19), "payments.E004"),
        ("ORDER_CHECK_BACKOFF", [], "payments.E004"),
        ("FINANCE_CASE_AFTER", timedelta(0), "payments.E004"),
    ],
)
def test_mistake_is_named(settings: Settings, name: str, value: Any, code: str) -> None:
    setattr(settings, name, value)
    assert codes() == [code]
