"""Who is signed in where: begun, listed, ended, forgotten."""

import hashlib
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet

from portal.accounts.models import User, Visit, VisitEnd

KEPT = timedelta(days=7)  # an ended visit: long enough to tell its browser why


def begin(user: User, session_key: str, address: str, browser: str, now: datetime) -> Visit:
    """A sign-in. Where staff may be signed in once only, their other visits end."""
    if user.is_staff and settings.STAFF_ONE_SESSION:
        end(open_of(user), VisitEnd.ELSEWHERE, now)
    return Visit.objects.create(
        user=user,
        session_key=session_key,
        address=address[:45],
        browser=browser[:200],
        began_at=now,
    )


def leave(session_key: str) -> None:
    """An ordinary sign-out: nobody has to be told why."""
    Visit.objects.filter(session_key=session_key, ended_at=None).delete()


def moved(old_key: str, new_key: str) -> None:
    """The session has a new key, as after a new password."""
    Visit.objects.filter(session_key=old_key, ended_at=None).update(session_key=new_key)


def open_of(user: User) -> QuerySet[Visit]:
    """The visits that go on, newest first."""
    going_on = Session.objects.filter(session_key=OuterRef("session_key"))
    return Visit.objects.filter(Exists(going_on), user=user, ended_at=None).order_by(
        "-began_at", "-pk"
    )


def end(visits: QuerySet[Visit], why: VisitEnd, now: datetime) -> int:
    """Sign these browsers out; how many there were."""
    keys = list(visits.values_list("session_key", flat=True))
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(key).delete()
    return Visit.objects.filter(session_key__in=keys, ended_at=None).update(
        ended_at=now, ended_by=why
    )


def came_with(session_key: str, ticket: str) -> None:
    """Remember the campus portal's ticket, which is what its sign-out will name."""
    Visit.objects.filter(session_key=session_key).update(ticket=_digest(ticket))


def end_of_tickets(tickets: list[str], now: datetime) -> int:
    """The campus portal has signed somebody out; how many visits ended."""
    found = Visit.objects.filter(ticket__in=[_digest(ticket) for ticket in tickets], ended_at=None)
    return end(found, VisitEnd.CAMPUS, now)


def ended(session_key: str) -> Visit | None:
    """The visit a browser still carries the key of although somebody has ended it."""
    return Visit.objects.filter(session_key=session_key).exclude(ended_at=None).first()


def forget(now: datetime) -> None:
    """Sessions that have run out and visits nobody asks about any more leave the database."""
    Session.objects.filter(expire_date__lt=now).delete()
    going_on = Session.objects.filter(session_key=OuterRef("session_key"))
    Visit.objects.filter(~Exists(going_on), ended_at=None).delete()
    Visit.objects.filter(ended_at__lt=now - KEPT).delete()


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
