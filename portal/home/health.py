"""Is the process alive, and can it serve? For supervisors and load balancers, without a login."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

BROKER_TIMEOUT = 1.0  # seconds


@require_safe
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 -- Django's signature
    """200 when database and broker answer, else 503 naming what is missing."""
    missing = [
        name
        for name, answers in (("database", database_answers), ("broker", broker_answers))
        if not answers()
    ]
    return JsonResponse({"missing": missing}, status=503 if missing else 200)


def database_answers() -> bool:
    """One round trip to PostgreSQL."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_answers() -> bool:
    """One PING to the broker, bounded in time."""
    broker = redis.Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_timeout=BROKER_TIMEOUT,
        socket_connect_timeout=BROKER_TIMEOUT,
    )
    try:
        with broker:
            return bool(broker.ping())
    except redis.RedisError:
        return False
