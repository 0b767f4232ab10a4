"""What the frame around every page shows."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.accounts.models import User
from portal.inbox import selectors as inbox


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


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names, navigation and the number of unread messages.

    The number is counted only when a template asks for it, and once per request.
    """
    names = {"product_name": settings.PRODUCT_NAME, "college_name": settings.COLLEGE_NAME}
    user = getattr(request, "user", None)  # missing when a middleware has refused the request
    if not isinstance(user, User):
        return {**names, "places": (), "unread": 0}
    key = user.pk
    return {
        **names,
        "places": () if user.is_staff else _places(request.path),
        "unread": SimpleLazyObject(lambda: inbox.unread_count(key)),
    }


def _places(path: str) -> tuple[Place, ...]:
    return tuple(
        Place(href, icon, label, path == "/" if href == "/" else path.startswith(href))
        for href, icon, label in PLACES
    )
