"""Files students hand in: told apart by content, cleaned, and recognised when seen again."""

from credits.attachments.intake import MAX_BYTES, MAX_FILES, Cleaned, accepted, all_accepted

__all__ = ["MAX_BYTES", "MAX_FILES", "Cleaned", "accepted", "all_accepted"]
