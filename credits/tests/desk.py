"""What staff do at the desk of the exchange, as tests do it."""

from typing import Any

from django.test import Client
from django.urls import reverse

from credits.models import Application
from credits.services.filing import submit
from credits.tests.factories import Exchange, another_student
from portal.accounts.models import User
from portal.records.kinds import AttemptKind
from portal.records.tests.factories import NOON

LIST = "admin:credits_application_changelist"


def signed_in(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def queue(staff: User, **query: str) -> list[int]:
    """Ids on the list, in its order."""
    answer = signed_in(staff).get(reverse(LIST), query)
    assert answer.status_code == 200
    return [row.pk for row in answer.context["cl"].result_list]


def case_page(staff: User, row: Application) -> str:
    answer = signed_in(staff).get(reverse("admin:credits_application_change", args=[row.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def decide(staff: User, row: Application, decision: str, **more: Any) -> str:
    """Post a decision; the text of the page that follows."""
    data = {"seen": row.version, "decision": decision} | more
    url = reverse("admin:credits_application_decide", args=[row.pk])
    return signed_in(staff).post(url, data, follow=True).content.decode()


def classmate_case(exchange: Exchange) -> Application:
    """The same course, failed and applied for by somebody else with the same screenshot."""
    student = another_student(exchange)
    assert student.user_id is not None
    for attempt, kind in ((45, AttemptKind.REGULAR), (50, AttemptKind.MAKEUP)):
        exchange.world.attempt(exchange.target, student=student, score=attempt, kind=kind)
    for elective in exchange.electives:
        exchange.world.attempt(elective, student=student, score=70)
    return submit(user_id=student.user_id, filing=exchange.filing(), now=NOON)
