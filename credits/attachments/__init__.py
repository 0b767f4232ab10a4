"""Files students hand in: told apart by content, cleaned, and recognised when seen again."""

from credits.attachments.intake import MAX_BYTES, Cleaned, accepted

__all__ = ["MAX_BYTES", "Cleaned", "accepted"]
