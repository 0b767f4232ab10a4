"""What only a trigger or a constraint refuses is still a sentence, not a 500."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import InternalError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from payments.models import GatewayMessage
from portal.lib.middleware import DomainErrorMiddleware

pytestmark = pytest.mark.django_db


def _refused_by_trigger() -> InternalError:
    message = GatewayMessage.objects.create(
        channel="finance", kind="query", body="{}", received_at=timezone.now()
    )
    with pytest.raises(InternalError) as refused, transaction.atomic():
        message.delete()
    return refused.value


def _request(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/payments/")
    request.user = AnonymousUser()
    return request


def _never(request: HttpRequest) -> HttpResponse:
    raise AssertionError("not called")


def test_a_trigger_that_refuses_is_told_in_words(rf: RequestFactory) -> None:
    answer = DomainErrorMiddleware(_never).process_exception(_request(rf), _refused_by_trigger())
    assert answer is not None
    assert answer.status_code == 409
    assert "数据没有变" in answer.content.decode()


def test_a_programming_error_stays_an_error(rf: RequestFactory) -> None:
    assert DomainErrorMiddleware(_never).process_exception(_request(rf), KeyError("x")) is None
