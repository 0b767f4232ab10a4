"""How often one address may ask about codes."""

from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from portal.lib.errors import DomainError
from portal.lib.requests import address

WINDOW = 60  # seconds


def limit(request: HttpRequest, now: datetime) -> None:
    """Count this question; raises ``DomainError`` (429) above ``VERIFY_PER_MINUTE``."""
    key = f"verify:{address(request)}:{int(now.timestamp()) // WINDOW}"
    cache.add(key, 0, timeout=2 * WINDOW)
    if cache.incr(key) > settings.VERIFY_PER_MINUTE:
        raise DomainError(
            "verify.too_often",
            "这个网络地址一分钟内核对得太多。",
            advice="一分钟后再核对。",
            status=429,
        )
