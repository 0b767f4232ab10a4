"""Letters that left long ago: their addresses are nobody's business any more.

The message stays in the inbox and stays handed out, so it never goes out again.
"""

from datetime import datetime

from portal.inbox.models import Letter
from portal.inbox.states import LetterState
from portal.lib.retention import Keeping, delete_some


def _letters(cutoff: datetime, batch: int) -> int:
    ended = Letter.objects.exclude(state=LetterState.WAITING)
    return delete_some(ended.filter(written_at__lt=cutoff), batch)


LETTERS = Keeping("对外消息", "LETTER_DAYS", 30, _letters)
