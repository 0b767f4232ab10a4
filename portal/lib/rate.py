"""How often somebody may in a minute, counted in the cache. Nobody counts: nobody is refused."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from redis.exceptions import RedisError

from portal.lib.errors import DomainError
from portal.lib.requests import neighbourhood

WINDOW = 60  # seconds
WAYS = {"export": "下载", "look": "查看"}
UNMASKING = ("_contact", "_view_as")  # admin's pages of one person
log = logging.getLogger(__name__)


def count(what: str, who: str, now: datetime, window: int = WINDOW, more: int = 1) -> int:
    """How many in this window (seconds), with these; 0 while the cache does not answer."""
    key = _key(what, who, now, window)
    try:
        cache.add(key, 0, timeout=2 * window)
        return int(cache.incr(key, more))
    except (RedisError, ValueError):  # ValueError: the window ended in between
        log.exception("%s is not counted", what)
        return 0


def counted(what: str, who: str, now: datetime, window: int = WINDOW) -> int:
    """How many so far in this window, without one more."""
    try:
        return int(cache.get(_key(what, who, now, window)) or 0)
    except RedisError:
        log.exception("%s is not counted", what)
        return 0


def _key(what: str, who: str, now: datetime, window: int) -> str:
    """Whoever it is may be long, or hold what a cache's key may not."""
    digest = hashlib.sha256(who.encode()).hexdigest()
    return f"rate:{what}:{digest}:{int(now.timestamp()) // window}"


class ExportRateMiddleware:
    """Files made of many rows cost a worker's seconds and carry data out of the portal.

    ``EXPORTS`` names their views; exports of admin's lists end with ``_export``. What is unmasked
    one person at a time is no quicker.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """A page of refusal (429) above ``EXPORTS_PER_MINUTE`` of one account, or address."""
        way = _way(request)
        if not way:
            return None
        # Not of one session: each sign-in would give a new share.
        who = request.session.get(SESSION_KEY) or neighbourhood(request)
        if count(way, who, timezone.now()) <= settings.EXPORTS_PER_MINUTE:
            return None
        error = DomainError(
            "export.too_often",
            f"一分钟内最多{WAYS[way]} {settings.EXPORTS_PER_MINUTE} 次。",
            advice=f"一分钟后再{WAYS[way]}。",
            status=429,
        )
        return render(request, "refused.html", {"error": error}, status=error.status)


def _way(request: HttpRequest) -> str:
    """How data leave by this request, if they do."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    if name in settings.EXPORTS or name.endswith("_export"):
        return "export"
    return "look" if request.method == "POST" and name.endswith(UNMASKING) else ""
