"""Finance in a browser: what it posts, and what the pages answer."""

from collections.abc import Callable, Iterator

from django.urls import reverse

Desk = Callable[..., tuple[int, str]]


def address(name: str, *args: object) -> str:
    return reverse(f"admin:payments_{name}", args=args)


def sentences(text: str) -> Iterator[str]:
    """What stands in the note of refusal or in the messages."""
    for mark in ('role="alert">', '<li class="success">', '<li class="error">'):
        for part in text.split(mark)[1:]:
            yield part.split("<")[0]


def said(answer: tuple[int, str]) -> tuple[int, list[str]]:
    return answer[0], list(sentences(answer[1]))
