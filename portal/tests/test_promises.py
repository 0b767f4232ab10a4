"""A page that promises a message names the channel it will use."""

import re

from django.conf import settings

BARE = re.compile(r"(?<!站内)消息(?:给你|告诉你|给我)|[再会]发消息|结果发消息")
# What a page shows a student; the bodies of messages are in a channel already.
WORDS = ("*/wording.py", "*/refusals.py", "*/views/*.py", "portal/*/wording.py")


def bare(pattern: str) -> list[str]:
    """Places below the project that promise a message without saying which."""
    return [
        f"{path.relative_to(settings.BASE_DIR)}: {found[0]}"
        for path in sorted(settings.BASE_DIR.glob(pattern))
        for found in BARE.finditer(path.read_text())
    ]


def test_templates_name_the_channel() -> None:
    assert bare("templates/**/*.html") == ["templates/inbox/list.html: 会发消息"]


def test_sentences_of_pages_name_the_inbox() -> None:
    assert [place for pattern in WORDS for place in bare(pattern)] == []


def test_the_search_finds_what_it_looks_for() -> None:
    for promise in ("结果发消息。", "到账后发消息给你", "安排好会发消息", "办好后再发消息给你"):
        assert BARE.search(promise)
    assert BARE.search("到时发站内消息给你") is None
