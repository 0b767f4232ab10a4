"""What a transcript shows. Options change what is printed, never totals or GPA. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from portal.lib.errors import DomainError
from portal.lib.labels import Labelled
from transcripts.kinds import Block, Language, Paper, PassOnly, Personal

L = TypeVar("L", bound=Labelled)


@dataclass(frozen=True)
class Options:
    """Every choice; the defaults are those the credit exchange manual tells to tick."""

    paper: Paper = Paper.A4
    language: Language = Language.CHINESE
    pass_only: tuple[PassOnly, ...] = tuple(PassOnly)
    hide_failed: bool = False  # every failed course: an unsigned 自查 print only
    blocks: tuple[Block, ...] = tuple(Block)
    personal: tuple[Personal, ...] = tuple(Personal)

    def to_json(self) -> dict[str, list[str]]:
        """As a form would send it; ``read_options`` reads it back."""
        return {
            "paper": [str(self.paper)],
            "language": [str(self.language)],
            "only": [str(one) for one in self.pass_only],
            "hide": ["all"] if self.hide_failed else [],
            "block": [str(one) for one in self.blocks],
            "person": [str(one) for one in self.personal],
        }


def read_options(given: Mapping[str, Sequence[str]]) -> Options:
    """Options from form values (``{"paper": ["a4"], "only": ["exams", …]}``).

    Nothing given at all means the defaults. Raises ``DomainError("transcript.option")`` for a
    value that does not exist.
    """
    if not given:
        return Options()
    return Options(
        paper=_one(Paper, given.get("paper", ())),
        language=_one(Language, given.get("language", ())),
        pass_only=_some(PassOnly, given.get("only", ())),
        hide_failed=_hides(given.get("hide", ())),
        blocks=_some(Block, given.get("block", ())),
        personal=_some(Personal, given.get("person", ())),
    )


def _one(kind: type[L], given: Sequence[str]) -> L:
    return _known(kind, given[-1]) if given else next(iter(kind))


def _some(kind: type[L], given: Iterable[str]) -> tuple[L, ...]:
    chosen = {_known(kind, word) for word in given}
    return tuple(one for one in kind if one in chosen)


def _hides(given: Sequence[str]) -> bool:
    if any(word != "all" for word in given):
        raise _unknown(given[-1])
    return bool(given)


def _known(kind: type[L], word: str) -> L:
    try:
        return kind(word)
    except ValueError as error:
        raise _unknown(word) from error


def _unknown(word: str) -> DomainError:
    return DomainError(
        "transcript.option",
        f"没有“{word[:20]}”这个打印选项。",
        advice="回到成绩单页面重新选择。",
        status=400,
    )
