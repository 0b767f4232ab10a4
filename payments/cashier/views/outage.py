"""Being down, in three ways, before anything is done."""

import socket
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from payments.cashier.process import store
from payments.cashier.switches import effective

UNTOUCHED = ("/control/", "/healthz")
NONSENSE = "<html><body><h1>系统维护中</h1><p>Apache Tomcat/7.0.52</p></body></html>"


def outage(request: HttpRequest, kind: str) -> HttpResponse | None:
    """The answer of a platform that is down, or None while it is up."""
    if kind == "closed":
        connection: socket.socket = request.META["gunicorn.socket"]
        connection.shutdown(socket.SHUT_RDWR)
        return HttpResponse()
    if kind == "503":
        return HttpResponse("Service Unavailable", status=503, content_type="text/plain")
    return HttpResponse(NONSENSE) if kind == "html" else None


def half_way(request: HttpRequest, whole: HttpResponse) -> HttpResponseBase:
    """The same answer, promised whole; the connection ends in the middle of it."""
    connection: socket.socket = request.META["gunicorn.socket"]

    def parts() -> Iterator[bytes]:
        yield whole.content[: len(whole.content) // 2]
        connection.shutdown(socket.SHUT_RDWR)

    headers = {**whole.headers, "Content-Length": str(len(whole.content))}
    return StreamingHttpResponse(parts(), status=whole.status_code, headers=headers)


class OutageMiddleware:
    """The global switch ``down`` hits pages and API alike, never the desk that turns it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(UNTOUCHED):
            down = outage(request, effective(store()).down)
            if down is not None:
                return down
        return self.get_response(request)
