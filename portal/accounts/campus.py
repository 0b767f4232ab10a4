"""The campus portal (信息门户, CAS 3): a ticket becomes an account of ours, or a refusal.

Of django-cas-ng the client and the backend are used. Its views follow ``next=/\\evil.example``,
answer nonsense with a 500 and look tickets up in tables without an index.
"""

from typing import cast
from xml.etree.ElementTree import ParseError

import requests
from cas import CASClientV3
from django.conf import settings
from django_cas_ng.backends import CASBackend
from django_cas_ng.utils import get_cas_client

from portal.accounts.backends import RolePermissions
from portal.accounts.models import User
from portal.lib.errors import DomainError

BACKEND = "portal.accounts.campus.CampusBackend"
LONGEST = 65_536  # characters of a sign-out; one has a few hundred
OTHERWISE = "先用学号和密码登录，或过几分钟再试。"
NONSENSE = (ParseError, LookupError, AttributeError, ValueError, TypeError)


class CampusBackend(CASBackend, RolePermissions):
    """Finds the account of a ticket; what it may do comes from its role, as for everybody."""

    number = ""  # who the ticket was about, once the campus portal has said so

    def clean_username(self, username: object) -> str:
        """An attribute may be there twice or empty; then it is nobody."""
        self.number = username.strip() if isinstance(username, str) else ""
        return self.number


def login_url(service: str) -> str:
    """Where the browser is sent to sign in; it comes back to ``service`` with a ticket."""
    return str(get_cas_client(service_url=service).get_login_url())


def logout_url(back: str) -> str:
    """Where a browser signs out of the campus portal too, and is led back from."""
    return str(get_cas_client().get_logout_url(back))


def enter(ticket: str, service: str) -> User:
    """The account a ticket stands for. Raises ``DomainError`` when there is none.

    A ticket counts once, and only for the service it was made for: the campus portal sees to that.
    """
    backend = CampusBackend()
    try:
        # Without a request: the backend would keep all it is told of a person in the session.
        user = backend.authenticate(None, ticket, service)  # type: ignore[arg-type]
    except (requests.RequestException, TimeoutError) as error:
        said = "信息门户没有应答，现在不能用统一身份认证登录。"
        raise DomainError("campus.silent", said, advice=OTHERWISE, status=503) from error
    except NONSENSE as error:
        said = "信息门户的应答没有读懂，现在不能用统一身份认证登录。"
        raise DomainError("campus.nonsense", said, advice=OTHERWISE, status=502) from error
    if user is not None:
        return cast("User", user)
    raise _refusal(backend.number)


def _refusal(number: str) -> DomainError:
    if not number:
        said = "这次登录已经失效：登录凭证只能用一次。"
        return DomainError("campus.ticket", said, advice="重新登录一次。", status=403)
    if User.objects.filter(username=number).exists():
        said = f"账号 {number} 已停用。"
        return DomainError("campus.inactive", said, advice="请联系信息中心。", status=403)
    said = f"{settings.PRODUCT_NAME}里没有账号 {number}。"
    advice = "新生账号在学籍导入后开通；已经入学的，请联系信息中心。"
    return DomainError("campus.unknown", said, advice=advice, status=403)


def signed_out(request: str) -> list[str]:
    """The tickets a single sign-out (``logoutRequest``) names; none when it cannot be read."""
    if len(request) > LONGEST:
        return []
    found = CASClientV3.get_saml_slos(request.encode(errors="replace")) or []
    return [index.text for index in found if index.text]
