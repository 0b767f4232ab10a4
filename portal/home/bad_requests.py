"""400: what cannot be read, and what lost its session on the way."""

from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django_htmx.http import HttpResponseClientRefresh


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler400``.

    Whoever signs out, or ends 以学生视角查看, in another tab takes the session away from pages
    under way. They are asked for once more, with the session the browser has by now; what a POST
    has done, nobody knows here.
    """
    if not isinstance(exception, SessionInterrupted):
        return HttpResponse(render_to_string("400.html"), status=400)
    if request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    if request.method in ("GET", "HEAD"):
        return redirect(request.get_full_path())
    return HttpResponse(render_to_string("interrupted.html"), status=409)
