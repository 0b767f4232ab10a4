"""以学生视角查看: the portal as one student sees it, for a purpose, for a while, to read only.

The session stays the staff's own; whom it looks at stands in it. Every page looked at is an
``Opening``, so that the student finds all of them where he reads who looked at his data.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.openings import looked, looked_on
from portal.lib.errors import DomainError
from portal.lib.moments import moment

PERMISSION = "accounts.view_as_student"
KEY = "viewing"  # in the session


@dataclass(frozen=True)
class Viewing:
    """Whom a session looks at. ``subject`` and ``row``: his record (``records.student`` 7);
    ``until``: Unix time; ``standing``: role and college of who looks; ``opening``: the record of
    its beginning; ``last``: the address that was written down last.
    """

    account: int
    who: str
    subject: str
    row: int
    until: float
    standing: list[Any]
    opening: int
    last: str = ""

    @property
    def ends_at(self) -> datetime:
        """When it ends by itself."""
        return datetime.fromtimestamp(self.until, timezone.get_current_timezone())

    @property
    def back(self) -> str:
        """The page it began on."""
        return reverse(f"admin:{self.subject.replace('.', '_')}_change", args=[self.row])


def may_view(user: Any) -> bool:
    """The named permission, and never a student's."""
    return isinstance(user, User) and user.is_staff and bool(user.has_perm(PERMISSION))


def current(request: HttpRequest) -> Viewing | None:
    """Whom this session looks at."""
    kept = request.session.get(KEY)
    return Viewing(**kept) if kept else None


def seen_account(request: HttpRequest, viewing: Viewing, now: datetime) -> User | None:
    """The student's account, while there is one that may be looked at, the time is not over and
    who looks has not become somebody else meanwhile.
    """
    account = User.objects.filter(pk=viewing.account, role=Role.STUDENT, is_active=True).first()
    user = request.user
    goes_on = may_view(user) and now < viewing.ends_at and viewing.standing == _standing(user)
    return account if goes_on else None


def begin(request: HttpRequest, account: User | None, subject: str, row: int) -> Viewing:
    """From now on this session sees what the account sees, for ``VIEW_AS_FOR`` seconds.

    Asked what for before (``for_a_purpose``). Raises ``DomainError`` for whoever is no student.
    """
    if account is None or account.role != Role.STUDENT or not account.is_active:
        raise DomainError(
            "viewing.nobody",
            "这名学生没有可登录的学生账号，没有页面可看。",
            advice="先在学生列表里为他开通登录账号。",
        )
    now = timezone.now()
    until = now + timedelta(seconds=settings.VIEW_AS_FOR)
    what = f"以本人视角查看，最晚到 {moment(until, now)}"
    request.session.cycle_key()
    viewing = Viewing(
        account=account.pk,
        who=str(account),
        subject=subject,
        row=row,
        until=until.timestamp(),
        standing=_standing(request.user),
        opening=looked(request, what, subject, row).pk,
    )
    request.session[KEY] = asdict(viewing)
    return viewing


def note_page(request: HttpRequest, viewing: Viewing) -> None:
    """A page is about to be shown; one that only refreshes itself is written down once."""
    address = request.get_full_path()
    if address == viewing.last:
        return
    looked_on(request, f"以本人视角打开 {request.path}", viewing.opening)
    request.session[KEY] = asdict(viewing) | {"last": address}


def end(request: HttpRequest, viewing: Viewing) -> None:
    """The session is the staff's own again."""
    note_end(request, viewing)
    del request.session[KEY]
    request.session.cycle_key()


def note_end(request: HttpRequest, viewing: Viewing) -> None:
    """Written down whether a button, the clock or a sign-out ends it."""
    looked_on(request, "以本人视角查看结束", viewing.opening)


def signed_out(request: HttpRequest, **_signal: Any) -> None:
    """Receiver of ``user_logged_out``, while the session is still there."""
    if viewing := current(request):
        note_end(request, viewing)


def _standing(user: Any) -> list[Any]:
    return [user.role, user.college_id]
