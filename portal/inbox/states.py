"""States of a letter: one e-mail, text message or 企业微信 message on its way."""

from portal.lib.labels import Labelled


class LetterState(Labelled):
    """``UNSURE``: the portal died, or the line broke, just when it was handed over."""

    WAITING = "waiting", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "没有发成"
    UNSURE = "unsure", "可能已发送"


LETTER_MOVES = (
    (LetterState.WAITING, LetterState.SENT),
    (LetterState.WAITING, LetterState.FAILED),
    (LetterState.WAITING, LetterState.UNSURE),
)
LETTER_STARTS = (LetterState.WAITING,)
