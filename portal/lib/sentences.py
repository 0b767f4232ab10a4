"""What people typed, as a sentence that another may follow."""

ENDS = ("。", "？", "！", "…")


def ended(text: str) -> str:
    """Without blanks around it and with a full stop where it has no end; nothing stays nothing."""
    said = text.strip()
    return said if not said or said.endswith(ENDS) else f"{said}。"
