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
    """Route -> status of a request to its path, each by a fresh client of this role."""
    return {
        route: getattr(browser_of(role) if role else Client(), method)(path).status_code
        for route, path in paths.items()
    }
