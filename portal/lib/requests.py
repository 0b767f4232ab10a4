"""What views need to know of a request, typed."""

from django.http import HttpRequest


def user_id(request: HttpRequest) -> int:
    """The signed-in user's key; only behind ``login_required``."""
    key = request.user.pk
    assert isinstance(key, int)  # noqa: S101 -- login_required has sent everybody else away
    return key
