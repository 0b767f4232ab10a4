"""What the frame around every page shows."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from payments.reconcile.pages.todo import tasks
from portal.accounts import lost
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.viewing import current
from portal.home.newsstand import Newsstand


@dataclass(frozen=True)
class Place:
    """One entry of the navigation; the addresses are part of the portal's fixed surface."""

    href: str
    icon: str
    label: str
    current: bool = False


PLACES = (
    ("/", "home", "首页"),
    ("/retake/", "book", "重修"),
    ("/payments/", "wallet", "缴费"),
    ("/credits/", "swap", "学分兑换"),
    ("/transcripts/", "doc", "成绩单"),
    ("/messages/", "bell", "消息"),
)
# Pages that stand under an entry without beginning with its address.
UNDER = {"/guidance/": "/retake/"}

FINANCE_PLACES = (
    ("/reconcile/", "check", "对账"),
    ("/reconcile/differences/", "warn", "差异"),
    ("/reconcile/days/", "cal", "日结"),
    ("/admin/payments/surplus/", "hour", "待处理余款"),
    ("/admin/payments/resolution/", "back", "退费"),
)
AT_FINANCE = (Role.FINANCE, Role.ADMIN)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names, navigation and the number of unread messages.

    The number, and what waits for finance, are read only when a template asks, once per request.
    """
    names = {"product_name": settings.PRODUCT_NAME, "college_name": settings.COLLEGE_NAME}
    user = getattr(request, "user", None)  # missing when a middleware has refused the request
    if not isinstance(user, User):
        return {**names, "places": (), "unread": 0, "told": "站内消息"}
    news = Newsstand(user)
    at_finance = user.role in AT_FINANCE
    return {
        **names,
        "places": _places(_entries(user), request.path),
        "at_finance": at_finance,
        "lost": SimpleLazyObject(lambda: lost.found(request)),
        # What refuses before the student's eyes are put on is a page of the staff's own.
        "viewing": None if user.is_staff else current(request),
        "waiting": SimpleLazyObject(lambda: tasks(timezone.now(), user.pk) if at_finance else []),
        "unread": SimpleLazyObject(lambda: news.unread),
        # By what he is told: pages that promise a message name it.
        "told": SimpleLazyObject(lambda: news.told),
    }


def _entries(user: User) -> tuple[tuple[str, str, str], ...]:
    """Students have the portal, finance its workbench; other staff work in admin."""
    if not user.is_staff:
        return PLACES
    return FINANCE_PLACES if user.role in AT_FINANCE else ()


def _places(entries: tuple[tuple[str, str, str], ...], path: str) -> tuple[Place, ...]:
    """The entries; the one whose address is the longest beginning of the path is current."""
    path = next((entry for page, entry in UNDER.items() if path.startswith(page)), path)
    inside = [
        href for href, _, _ in entries if path == href or (href != "/" and path.startswith(href))
    ]
    current = max(inside, key=len, default="")
    return tuple(Place(href, icon, label, href == current) for href, icon, label in entries)
