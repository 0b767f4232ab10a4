"""What no view foresaw is answered with a page."""

import psycopg2
import pytest
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import DataError, IntegrityError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.functional import SimpleLazyObject
from pytest_django import DjangoAssertNumQueries

from portal.accounts.tests.factories import user
from portal.lib.middleware import DomainErrorMiddleware

pytestmark = pytest.mark.django_db


class DeadlockDetected(psycopg2.OperationalError):
    pgcode = "40P01"


class ConnectionLost(psycopg2.OperationalError):
    pgcode = None


def _caused(cause: Exception) -> OperationalError:
    """As Django wraps it."""
    error = OperationalError("x")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "path",
    ["/payments/orders/%00/", "/payments/orders/?page=%00", "/messages/?page=1%002", "/?next=%00"],
)
def test_nul_in_an_address_is_not_understood(client: Client, path: str) -> None:
    client.force_login(user())
    answer = client.get(path)
    assert answer.status_code == 400
    assert "这个地址没有读懂。" in answer.content.decode()


def test_odd_order_number_is_no_page(client: Client) -> None:
    client.force_login(user())
    assert client.get("/payments/orders/ZZJF%2e1/").status_code == 404


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (IntegrityError("x"), 409, "这一步没有做，数据没有变。"),
        (DataError("x"), 409, "这一步没有做，数据没有变。"),
        (_caused(DeadlockDetected("x")), 503, "现在没有办成，数据没有变。"),
        (_caused(ConnectionLost("x")), 503, "刚才的操作可能没有完成，钱不会丢"),
        (OperationalError("x"), 503, "刚才的操作可能没有完成，钱不会丢"),
    ],
    ids=["constraint", "data", "deadlock", "broken connection", "no connection"],
)
def test_refusal_of_the_database_is_a_page(
    rf: RequestFactory, error: Exception, status: int, sentence: str
) -> None:
    middleware = DomainErrorMiddleware(lambda _request: HttpResponse())
    answer = middleware.process_exception(rf.get("/"), error)
    assert answer is not None
    assert (answer.status_code, sentence in answer.content.decode()) == (status, True)


def test_page_of_a_silent_database_asks_it_nothing(
    rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = rf.get("/")
    request.session = SessionStore("of-somebody")
    request.user = SimpleLazyObject(lambda: get_user(request))  # type: ignore[assignment]
    middleware = DomainErrorMiddleware(lambda _request: HttpResponse())
    with django_assert_num_queries(0):
        answer = middleware.process_exception(request, OperationalError("x"))
    assert answer is not None
    assert answer.headers["Retry-After"] == "60"


def test_error_of_a_program_is_not_explained_away(rf: RequestFactory) -> None:
    middleware = DomainErrorMiddleware(lambda _request: HttpResponse())
    assert middleware.process_exception(rf.get("/"), ValueError("x")) is None
