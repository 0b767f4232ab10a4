"""A student of a small college before the pages of retake, whose windows are open now."""

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from retake.models import Round
from retake.tests import factories as make


def open_now(world: make.World, **changes: object) -> None:
    """Move the round's windows around the real clock, which pages read."""
    now = timezone.now()
    windows = {
        "enrol_opens_at": now - timedelta(days=1),
        "enrol_closes_at": now + timedelta(days=2),
        "pay_opens_at": now - timedelta(days=1),
        "pay_closes_at": now + timedelta(days=4),
    }
    Round.objects.filter(pk=world.round.pk).update(**(windows | changes))


def browser(world: make.World, client: Client) -> Client:
    client.force_login(world.student.user)  # type: ignore[arg-type]
    return client


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def post(client: Client, world: make.World, *courses: int) -> object:
    return client.post("/retake/enroll/", {"round": world.round.pk, "course": courses})


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]
