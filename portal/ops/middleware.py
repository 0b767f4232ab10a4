"""Numbers, times and counts every request."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.log import log_response
from prometheus_client import Counter, Histogram

from portal.lib import trace

log = logging.getLogger("portal.requests")

REQUESTS = Counter("portal_requests", "Requests answered.", ["view", "method", "status"])
SECONDS = Histogram(
    "portal_request_seconds",
    "Seconds until the answer began.",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODS = ("GET", "HEAD", "POST")
PROBES = ("ops:healthz", "ops:readyz", "ops:metrics")


class ObservedMiddleware:
    """First in the list, so that it sees every answer, those of other middleware included.

    A proxy of ours may have given the request its number already; nobody else's is taken.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(trace.HEADER, "") if settings.BEHIND_PROXY else ""
        number, began = trace.usable(given), time.perf_counter()
        with trace.working_on(number):
            answer = self.get_response(request)
            _count(request, answer.status_code, time.perf_counter() - began)
            if answer.status_code >= 400:  # before Django, who has no number and says the address
                said = "%s: %s", answer.reason_phrase, _view(request)
                log_response(*said, response=answer, request=request)
        answer.headers[trace.HEADER] = number
        if request.method == "HEAD" and not answer.streaming:
            answer.content = b""  # servers complain of the body; its length is told already
        return answer


def _count(request: HttpRequest, status: int, seconds: float) -> None:
    """By view, never by address: those are without end, and some of them are secrets."""
    view = _view(request)
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(view, method, status).inc()
    SECONDS.labels(view).observe(seconds)
    quiet = view in PROBES or (view == "-" and status < 400)  # probes and static files
    level = logging.DEBUG if quiet else logging.INFO
    facts = {"view": view, "method": method, "status": status, "ms": round(seconds * 1000, 1)}
    log.log(level, "%s %s %d %.0f ms", method, view, status, seconds * 1000, extra={"facts": facts})


def _view(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else "-"
