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
    ("/messages/", "bell", "消息"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names, navigation and the number of unread messages.

    The number is counted only when a template asks for it, and once per request.
    """
    user = request.user if hasattr(request, "user") else None
    signed_in = isinstance(user, User)
    student = signed_in and not user.is_staff
    return {
        "product_name": settings.PRODUCT_NAME,
        "college_name": settings.COLLEGE_NAME,
        "places": _places(request.path) if student else (),
        "unread": SimpleLazyObject(lambda: inbox.unread_count(user.pk)) if signed_in else 0,
    }


def _places(path: str) -> tuple[Place, ...]:
    return tuple(
        Place(href, icon, label, path == "/" if href == "/" else path.startswith(href))
        for href, icon, label in PLACES
    )
