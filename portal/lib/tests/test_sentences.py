"""What staff typed is followed by a sentence of the portal's own."""

import pytest

from portal.lib.sentences import ended


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("班级已满", "班级已满。"),
        (" 班级已满。 ", "班级已满。"),
        ("还有空位吗？", "还有空位吗？"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_sentence_has_an_end(typed: str, sentence: str) -> None:
    assert ended(typed) == sentence
