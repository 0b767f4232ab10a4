"""The load test's student goes the whole way against the real pages and the real cashier."""

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from benchmarks import cohort
from benchmarks.people import PASSWORD, username
from benchmarks.student import Student
from payments.cashier.testing.process import CashierProcess
from payments.models import Order
from payments.states import OrderState
from retake.models import Enrollment


@pytest.mark.django_db(transaction=True)
def test_he_pays_three_courses(
    live_server: LiveServer, cashier: CashierProcess, settings: Settings
) -> None:
    settings.PORTAL_URL = live_server.url
    cohort.build(2)
    student = Student(live_server.url, username(1), PASSWORD)
    with student.browser:
        number = student.whole_way(3)
    cashier.wait_for_callbacks(number)
    assert [visit.status for visit in student.browser.visits if visit.status >= 400] == []
    assert Order.objects.get(number=number).state == OrderState.PAID
    assert Enrollment.objects.filter(student__number=username(1)).count() == 3
    assert Enrollment.objects.exclude(student__number=username(1)).count() == 0
