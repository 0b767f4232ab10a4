"""Amounts as people and files write them: understood exactly, or refused."""

import pytest

from portal.lib.money import to_fen, yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("0.01", 1),
        ("400", 40000),
        ("400.5", 40050),
        ("¥1,100.00", 110000),
        (" 1100.00 ", 110000),
        ("1,234,567.89", 123456789),
    ],
)
def test_plain_amount_is_read(text: str, fen: int) -> None:
    assert to_fen(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "", "¥", ".5", "5.", "1.005", "1.100", "1.100,00", "1,10", "12,34,567", "1100,000",
        "-5", "+5", "−5", "4e2", "1E9", "1e30", "1e400000", "1_000", "１２", "٣", "NaN", "Infinity",
        "0x10", "1 000", "1.0\x00", "9" * 40, "9" * 5000,
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        to_fen(text)


@pytest.mark.parametrize("fen", [0, 1, 99, 110000, 2**31 - 1])
def test_what_is_shown_can_be_read_back(fen: int) -> None:
    assert to_fen(yuan(fen)) == fen
