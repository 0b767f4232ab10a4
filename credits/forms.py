"""What the exchange pages send, read strictly: a field bent by hand is a refusal, not a guess."""

from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from credits.attachments import all_accepted
from credits.services.writing import Filing
from portal.lib.errors import DomainError

LIMIT = 100  # ticks in one form; nobody has that many
_KEY = 24  # characters of a source key


def stale() -> DomainError:
    """A form that did not come from the page as it is now."""
    return DomainError(
        "form.stale",
        "页面上的内容已经变了，这次没有提交。",
        advice="回到学分兑换页，看清最新状态再提交。",
        status=400,
    )


def number(text: str | None) -> int | None:
    """A row id as a form sends it; None for anything else."""
    if text and text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    return None


@dataclass(frozen=True)
class ExchangeForm:
    """One course and the credits for it, as posted; files are looked at by ``filing``."""

    target_id: int
    keys: tuple[str, ...]
    kept: tuple[int, ...]
    accepts_shortfall: bool
    accepts_retake: bool
    seen_rules: int | None
    uploads: tuple[UploadedFile, ...]

    @classmethod
    def of(cls, data: QueryDict, files: MultiValueDict[str, UploadedFile]) -> "ExchangeForm":
        """Raises ``form.two_targets`` for more than one course, ``form.stale`` for nonsense."""
        targets = data.getlist("target")
        if len(targets) > 1:
            raise DomainError(
                "form.two_targets",
                "一份申请只能兑换一门课。",
                advice="每门课分别申请，几份申请可以同时审核。",
                status=400,
            )
        target = number(targets[0] if targets else None)
        kept = [number(one) for one in data.getlist("kept")]
        keys = tuple(dict.fromkeys(data.getlist("source")))
        if target is None or None in kept or _too_much(keys, kept):
            raise stale()
        return cls(
            target_id=target,
            keys=keys,
            kept=tuple(one for one in kept if one is not None),
            accepts_shortfall=data.get("shortfall") == "known",
            accepts_retake=data.get("retake") == "known",
            seen_rules=number(data.get("rules")),
            uploads=tuple(one for one in files.getlist("files") if isinstance(one, UploadedFile)),
        )

    def filing(self, user_id: int, now: datetime) -> Filing:
        """With the account's files cleaned; raises what ``credits.attachments`` refuses."""
        return Filing(
            target_id=self.target_id,
            keys=self.keys,
            files=all_accepted(self.uploads, user_id, now),
            kept=self.kept,
            accepts_shortfall=self.accepts_shortfall,
            accepts_retake=self.accepts_retake,
            seen_rules=self.seen_rules,
        )


def _too_much(keys: tuple[str, ...], kept: list[int | None]) -> bool:
    return len(keys) > LIMIT or len(kept) > LIMIT or any(len(one) > _KEY for one in keys)
