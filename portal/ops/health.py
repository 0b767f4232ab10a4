"""Is the process alive, and can it serve? For supervisors and load balancers, without a login."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.ops.checks import State, all_checks
from portal.ops.readiness import Watch

_watch = Watch()


@require_safe
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 -- Django's signature
    """503 while something needed is down, else 200; a line for everything asked, either way.

    ``{"missing": ["broker"], "checks": [{"name", "state": "ok|warn|down", "sentence"}, …]}``
    """
    findings = _watch.look(all_checks())
    missing = [finding.name for finding in findings if finding.state is State.DOWN]
    return JsonResponse(
        {"missing": missing, "checks": [asdict(finding) for finding in findings]},
        status=503 if missing else 200,
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
