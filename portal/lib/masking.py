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


def phone(full: str) -> str:
    """``138****2210``; short numbers keep their last two digits."""
    if len(full) >= 8:
        return f"{full[:3]}****{full[-4:]}"
    return f"****{full[-2:]}" if full else ""


def email(full: str) -> str:
    """``z***@czie.edu.cn``."""
    local, at, domain = full.rpartition("@")
    return f"{local[:1]}***{at}{domain}" if at else "***" * bool(full)
