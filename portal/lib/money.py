"""Amounts: integer fen inside, yuan with two decimals outside, never a float."""

import re

# Groups of three or none: 1.100,00 and 1,10 are somebody else's way of writing.
AMOUNT = re.compile(r"¥?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?", re.ASCII)
LONGEST = 24  # characters; more is no amount of money


def yuan(fen: int) -> str:
    """``110000`` -> ``¥1,100.00``; a negative amount has its minus before the sign."""
    sign = "−" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def to_fen(text: str) -> int:
    """Yuan as written by people (``1,100.00``) to fen.

    Raises ``ValueError`` for anything that is not a plain number of ASCII digits with at most two
    decimals, without a sign or an exponent: an amount is never rounded and never guessed.
    """
    found = AMOUNT.fullmatch(text.strip())
    if found is None or len(found[0]) > LONGEST:
        raise ValueError(f"not an amount: {text[:LONGEST]!r}")
    whole, part = found[1].replace(",", ""), found[2] or ""
    return int(whole + part.ljust(2, "0"))
