"""Reading a refusal: its status, its sentence, and that nothing has changed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import unescape

from django.apps import apps
from django.utils import timezone

from payments.models import GatewayMessage
from portal.lib.moments import moment
from portal.records.models import CreditPosting
from portal.tests.people import Answer, browser_of, the_round
from retake.models import Enrollment, Round

KEPT = (
    "payments",
    "reconcile",
    "retake",
    "credits",
    "inbox",
)  # apps whose rows a refusal must leave alone


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of the workflows, but for what the gateway was heard saying."""
    models = [model for app in KEPT for model in apps.get_app_config(app).get_models()]
    models.append(CreditPosting)
    return {
        model.__name__: sorted(model._default_manager.values_list(), key=repr)
        for model in models
        if model is not GatewayMessage
    }


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Within, no row appears, disappears or changes."""
    before = everything()
    yield
    assert everything() == before


def said(answer: Answer) -> tuple[int, str]:
    """Status and the sentence of a refused request."""
    text = answer.content.decode()
    found = re.search(r'role="alert".*?<(p|h2)[^>]*>(?:<b>)?(.*?)</', text, re.DOTALL)
    assert found is not None, text
    return answer.status_code, unescape(found[2])


def listed(answer: Answer) -> tuple[int, str]:
    """Status and the first entry of 有 N 处需要修改."""
    text = answer.content.decode()
    found = re.search(r'role="alert".*?<li><a[^>]*>(.*?)</a>', text, re.DOTALL)
    assert found is not None, text
    return answer.status_code, unescape(found[1])


def words(value: datetime | None) -> str:
    """A time as pages write it."""
    assert value is not None
    return moment(value, timezone.now())


def post_courses(username: str, *courses: int) -> Answer:
    """提交报名 by hand."""
    form = {"round": the_round().pk, "course": courses}
    return browser_of(username).post("/retake/enroll/", form)


def withdraw(username: str) -> Answer:
    """退报名 of the only enrolment."""
    (row,) = Enrollment.objects.filter(student__number=username)
    return browser_of(username).post(f"/retake/enrollments/{row.pk}/withdrawal/")


def move_round(**changes: timedelta) -> Round:
    """The open round with windows that began yesterday and some ends moved, from now."""
    now, row = timezone.now(), the_round()
    row.enrol_opens_at = row.pay_opens_at = now - timedelta(days=1)
    for name, distance in changes.items():
        setattr(row, name, now + distance)
    row.save(update_fields=["enrol_opens_at", "pay_opens_at", *changes])
    return row
