"""Amounts: integer fen inside, yuan with two decimals outside, never a float."""

from decimal import Decimal, InvalidOperation


def yuan(fen: int) -> str:
    """``110000`` -> ``¥1,100.00``; a negative amount has its minus before the sign."""
    sign = "−" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def to_fen(text: str) -> int:
    """Yuan as written by people (``1,100.00``) to fen.

    Raises ``ValueError`` for anything that is not a plain decimal number with at most two
    decimals: an amount is never rounded and never guessed.
    """
    try:
        amount = Decimal(text.strip().removeprefix("¥").replace(",", ""))
    except InvalidOperation as error:
        raise ValueError(f"not an amount: {text!r}") from error
    if not amount.is_finite() or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"not an amount in whole fen: {text!r}")
    return int(amount * 100)
