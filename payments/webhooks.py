"""The address gateways call: no login, no CSRF token, no redirect."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.services.callback import receive


@csrf_exempt
@require_POST
def callback(request: HttpRequest, channel: str) -> HttpResponse:
    """Hand the raw bytes to the service and answer as the channel expects."""
    status, body, content_type = receive(channel, request.body, request.headers, timezone.now())
    return HttpResponse(body, status=status, content_type=content_type)
