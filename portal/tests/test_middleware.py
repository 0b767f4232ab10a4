"""What no view foresaw is answered with a page."""

import pytest
from django.db import DataError, IntegrityError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from portal.accounts.tests.factories import user
from portal.lib.middleware import DomainErrorMiddleware

pytestmark = pytest.mark.django_db


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
        (OperationalError("x"), 503, "现在没有办成，数据没有变。"),
    ],
    ids=["constraint", "data", "no answer"],
)
def test_refusal_of_the_database_is_a_page(
    rf: RequestFactory, error: Exception, status: int, sentence: str
) -> None:
    middleware = DomainErrorMiddleware(lambda _request: HttpResponse())
    answer = middleware.process_exception(rf.get("/"), error)
    assert answer is not None
    assert (answer.status_code, sentence in answer.content.decode()) == (status, True)


def test_error_of_a_program_is_not_explained_away(rf: RequestFactory) -> None:
    middleware = DomainErrorMiddleware(lambda _request: HttpResponse())
    assert middleware.process_exception(rf.get("/"), ValueError("x")) is None
