"""What a browser sends about options, and the choices a page shows."""

from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.dateparse import parse_date

from portal.lib.errors import DomainError
from portal.lib.labels import Labelled
from transcripts.choosing import failed, would_hide
from transcripts.document import Snapshot
from transcripts.kinds import Block, Language, Paper, PassOnly, Personal
from transcripts.options import Options, read_options

FIELDS = ("paper", "language", "only", "hide", "block", "person")
PAPER_HINTS = {
    Paper.A4: "每门课只印有效成绩",
    Paper.A3: "全部记录，注明补考、重修、兑换",
}


@dataclass(frozen=True)
class Choice:
    """One tick or radio button."""

    name: str
    value: str
    label: str
    hint: str
    checked: bool


def options_of(sent: QueryDict) -> Options:
    """Options as sent; a page opened without any has the defaults. Raises ``DomainError``."""
    if not any(name in sent for name in (*FIELDS, "set")):
        return Options()
    return read_options({name: sent.getlist(name) for name in (*FIELDS, "set")})


def choices(options: Options, snapshot: Snapshot) -> dict[str, list[Choice]]:
    """Every choice of the page, by name."""
    hidden = len(failed(snapshot))
    return {
        "paper": [
            Choice("paper", one.value, one.label, PAPER_HINTS[one], one is options.paper)
            for one in Paper
        ],
        "language": [
            Choice("language", one.value, one.label, "", one is options.language)
            for one in Language
        ],
        "only": [
            Choice("only", one.value, one.label, _hides(snapshot, one), one in options.pass_only)
            for one in PassOnly
        ]
        + [Choice("hide", "all", "全部课程", f"会隐去 {hidden} 门，只能自查", options.hide_failed)],
        "block": _ticks("block", Block, options.blocks),
        "person": _ticks("person", Personal, options.personal),
    }


def _ticks(name: str, kind: type[Labelled], chosen: tuple[Labelled, ...]) -> list[Choice]:
    return [Choice(name, one.value, one.label, "", one in chosen) for one in kind]


def _hides(snapshot: Snapshot, one: PassOnly) -> str:
    unit = "项" if one is PassOnly.EXAMS else "门"
    return f"少印 {would_hide(snapshot, one)} {unit}"


def sent_again(options: Options) -> list[tuple[str, str]]:
    """The options as hidden fields."""
    pairs = [(name, value) for name, values in options.to_json().items() for value in values]
    return [("set", "1"), *pairs]


def expiry_of(sent: QueryDict) -> date | None:
    """A day, or None for no limit. Raises ``DomainError`` for anything else."""
    text = sent.get("expires_on", "").strip()
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise DomainError(
            "transcript.expiry", "没有这一天。", advice="日期写作 2025-06-30。", status=400
        )
    return found
