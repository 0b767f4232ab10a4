"""Strangers may write to the address of a callback; they do not fill the database."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from payments.models import GatewayMessage
from payments.services import callback
from payments.tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db
REFUSED = (400, "signature", "text/plain; charset=utf-8")


@pytest.fixture(autouse=True)
def counted_from_nothing() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def told(times: int, after: float = 0) -> list[tuple[int, str, str]]:
    now = NOW + minutes(after)
    return [callback.receive("finance", b"{}", {}, now) for _ in range(times)]


def test_flood_of_refused_callbacks_is_stored_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback, "REFUSED_A_MINUTE", 3)
    assert told(5) == [REFUSED] * 5
    assert GatewayMessage.objects.count() == 3
    assert told(2, after=1) == [REFUSED] * 2
    assert GatewayMessage.objects.count() == 5


def test_refused_callback_is_stored_while_nobody_counts(settings: Settings) -> None:
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:9"}}
    assert told(1) == [REFUSED]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert GatewayMessage.objects.get().refusal == "signature"
