"""Names and numbers for eyes that need not know whose they are. Pure."""


def name(full: str) -> str:
    """``张*``, ``张*三``, ``阿******提``: the first and the last character."""
    if len(full) <= 2:
        return full[:1] + "*" * max(1, len(full) - 1)
    return full[0] + "*" * (len(full) - 2) + full[-1]


def number(full: str) -> str:
    """Half of the digits, from the middle, hidden: ``20****01``."""
    if len(full) < 4:
        return "*" * len(full)
    shown = len(full) // 4
    return full[:shown] + "*" * (len(full) - 2 * shown) + full[-shown:]
