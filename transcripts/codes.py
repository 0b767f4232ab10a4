"""Verification codes: 16 characters of Crockford's base 32, nothing personal in them. Pure."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16  # 80 bits: guessing one among a million takes 10**18 questions
MOST = 100  # characters of what was typed
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def new_code() -> str:
    """A random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normal(written: str) -> str:
    """As stored: upper case, o read as 0, i and l as 1, blanks and hyphens left out.

    What cannot stand in a code becomes ``?``, which no stored code has.
    """
    read = written[:MOST].upper().translate(_READ_AS)
    return "".join(one if one in ALPHABET else "?" for one in read)
