"""Every address of the portal, and who knocks at it."""

from collections.abc import Iterator

from django.test import Client
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import URLPattern

from portal.tests.people import OTHER, W, browser_of

# The columns of the tables: nobody, the student it is about, another student, the reviewers of
# his college and of the offering one, the offices.
ROLES = ("", W, OTHER, "reviewer", "reviewer2", "teaching", "finance", "admin")


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every route below a resolver, as it is written in the URL configurations."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from routes(entry, route)


def knock(method: str, role: str, paths: dict[str, str]) -> dict[str, int]:
    """Route -> status of a request to its path, each by a fresh client of this role.

    Reading shares one session; a POST may end it, so there everybody signs in anew.
    """
    shared = browser_of(role) if role and method == "get" else None
    return {route: _status(method, path, _client(role, shared)) for route, path in paths.items()}


def _client(role: str, shared: Client | None) -> Client:
    if shared is None:
        return browser_of(role) if role else Client()
    client = Client()
    client.cookies.load({name: one.value for name, one in shared.cookies.items()})
    return client


def _status(method: str, path: str, client: Client) -> int:
    answer = getattr(client, method)(path)
    if answer.streaming:
        list(answer.streaming_content)  # a file that is sent stays open until its end
    status: int = answer.status_code
    return status
