"""Files of money that moved, what their rows mean, and the days that were closed.

Files, rows, outcomes, decisions and seals are kept for ever; PostgreSQL refuses to change them.
Amounts are integer fen.
"""

from payments.reconcile.models.days import DayClose, Handling
from payments.reconcile.models.rows import RowOutcome, UploadRow
from payments.reconcile.models.uploads import HeaderMapping, Upload

__all__ = ["DayClose", "Handling", "HeaderMapping", "RowOutcome", "Upload", "UploadRow"]
