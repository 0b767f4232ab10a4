"""What views need of a request, and the guard of every view that changes something."""

from collections.abc import Callable, Iterable
from functools import wraps
from ipaddress import IPv4Address, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from portal.lib.errors import DomainError

View = Callable[..., HttpResponseBase]
ANYWHERE = ("0.0.0.0/0", "::/0")
BY_BUTTON = DomainError(
    "method",
    "这个地址要从页面上的按钮进入。",
    advice="回到上一页，看清最新状态再按一次按钮。",
    status=405,
)
ONLY_READ = DomainError(
    "method", "这个页面只能查看，不能提交。", advice="从首页重新进入。", status=405
)


def user_id(request: HttpRequest) -> int:
    """The signed-in user's key; only behind ``login_required``."""
    key = request.user.pk
    assert isinstance(key, int)  # noqa: S101 -- login_required has sent everybody else away
    return key


def address(request: HttpRequest) -> str:
    """Whoever asks; behind a proxy of ours the last address it wrote, which no client can forge."""
    peer = str(request.META.get("REMOTE_ADDR", "")).partition("%")[0]  # fe80::1%eth0
    if not settings.BEHIND_PROXY or (settings.PROXIES and not is_within(peer, settings.PROXIES)):
        return peer
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip().partition("%")[0]
    return told if is_within(told, ANYWHERE) else peer


def neighbourhood(request: HttpRequest) -> str:
    """Whom tries are counted for: whoever has one address of IPv6 has the 2**64 of its network."""
    told = address(request)
    try:
        known = ip_address(told)
    except ValueError:
        return told
    if isinstance(known, IPv4Address):
        return told
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(IPv6Network((int(known), 64), strict=False).network_address)


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Whether it is an address at all, and of one of these networks."""
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in ip_network(one) for one in networks)


def action(back: str) -> Callable[[View], View]:
    """A view that changes something: POST only, signed in, answered by a redirect.

    A GET is told so in words (405). Somebody signed out comes back to the page ``back`` (a URL
    name) after signing in, not to an address that takes no GET.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method != "POST":
                return not_allowed(request, "POST")
            if not request.user.is_authenticated:
                return redirect_to_login(reverse(back))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def fragment(view: View) -> View:
    """Part of a page that refreshes itself. Signed out meanwhile: the whole page reloads."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return HttpResponseClientRefresh()
        return view(request, *args, **kwargs)

    return require_safe(never_cache(guarded))


def not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """405 in words: a page, instead of the empty one a browser would show.

    ``allowed`` is what the address takes, as the header ``Allow`` says it.
    """
    error = BY_BUTTON if "POST" in allowed else ONLY_READ
    answer = render(request, "refused.html", {"error": error}, status=error.status)
    answer.headers["Allow"] = allowed
    return answer
