"""Verification codes: 16 characters of Crockford's base 32, nothing personal in them. Pure."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16  # 80 bits: guessing one among a million takes 10**18 questions
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def new_code() -> str:
    """A random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normal(written: str) -> str:
    """As stored: upper case, o read as 0, i and l as 1, blanks and hyphens left out."""
    return written.upper().translate(_READ_AS)[: LENGTH + 1]
