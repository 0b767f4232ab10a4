"""The sheet: a snapshot under its options, set in pages. Pure.

Layout of the credit exchange manual, part one: three column groups, a head per term with its
average, level exams, 以下空白 once, credits earned by nature.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from portal.records.kinds import AttemptKind
from transcripts import wording
from transcripts.breaking import BLANK, Advance
from transcripts.choosing import Chosen, choose
from transcripts.document import Course, Sitting, Snapshot
from transcripts.kinds import Block, Language, Paper, Personal
from transcripts.layout import Group, Page, Row, pages, set_head, set_row
from transcripts.options import Options
from transcripts.paper import GEOMETRY, Geometry
from transcripts.wording import WORDS, said, word


@dataclass(frozen=True)
class Sheet:
    """Everything a template needs; no rule is left to it."""

    title: str
    person: tuple[str, ...]
    column_head: Row
    pages: tuple[Page, ...]
    credits: str  # "" when left out
    gpa: str
    omitted: str  # "" when nothing was
    courses: int
    exams: int
    paper: Paper
    language: Language


def compose(
    snapshot: Snapshot, options: Options, college: tuple[str, str], advance: Advance
) -> Sheet:
    """Choose, set and fill pages. Deterministic: the same arguments give the same sheet.

    ``college`` is the issuing college's Chinese and English name.
    """
    setter = _Setter(GEOMETRY[options.paper], options, advance)
    chosen = choose(snapshot, options)
    language = options.language
    return Sheet(
        title=_title(college, language),
        person=tuple(_person(snapshot, options)),
        column_head=setter.column_head(),
        pages=tuple(setter.pages(snapshot, chosen)),
        credits=_credits(snapshot, language) if Block.CREDITS in options.blocks else "",
        gpa=_gpa(snapshot, language) if Block.GPA in options.blocks else "",
        omitted=omitted(chosen, language),
        courses=len(chosen.courses),
        exams=len(chosen.exams),
        paper=options.paper,
        language=language,
    )


def _title(college: tuple[str, str], language: Language) -> str:
    (chinese, english), (what, what_in_english) = college, WORDS["title"]
    return said((f"{chinese}{what}", f"{english} {what_in_english}".strip()), language)


def omitted(chosen: Chosen, language: Language) -> str:
    """``未印：不及格通识选修 3 门、…``, or nothing."""
    chinese = "、".join(one.chinese for one in chosen.omitted)
    english = ", ".join(one.english for one in chosen.omitted)
    if not chinese:
        return ""
    labelled = (f"{WORDS['omitted'][0]}：{chinese}", f"{WORDS['omitted'][1]}: {english}")
    return said(labelled, language, "　")


@dataclass(frozen=True)
class _Setter:
    """Sets rows for one paper and one choice of options."""

    paper: Geometry
    options: Options
    advance: Advance

    def row(self, *cells: str) -> Row:
        width = len(self.paper.stops)
        return set_row([*cells, *[""] * (width - len(cells))][:width], self.paper, self.advance)

    def head(self, text: str) -> tuple[str, ...]:
        return set_head(text, self.paper, self.advance)

    def column_head(self) -> Row:
        keys = ("course", "nature", "credits", "grade", "remark")
        return self.row(*(word(key, self.options.language, "\n") for key in keys))

    def pages(self, snapshot: Snapshot, chosen: Chosen) -> list[Page]:
        continued = word("continued", self.options.language, "")
        return pages([*self._terms(snapshot, chosen), *self._end(chosen)], self.paper, continued)

    def _terms(self, snapshot: Snapshot, chosen: Chosen) -> Iterator[Group]:
        language = self.options.language
        for code, rows in sorted(_by_term(chosen.courses, self.options).items()):
            text = wording.term(code, language)
            if Block.GPA in self.options.blocks:
                value = snapshot.term_gpa.get(code)
                label = word("term_gpa", language) + wording.colon(language)
                text += f"　{label}{'—' if value is None else value}"
            yield Group(self.head(text), tuple(self._entry(*one) for one in rows))

    def _entry(self, course: Course, sitting: Sitting) -> Row:
        language = self.options.language
        return self.row(
            said((course.name, course.english_name), language, "\n"),
            wording.nature(course.nature, language),
            wording.amount(course.credit_hours),
            wording.result(sitting.result, language),
            remark(course, sitting, language),
        )

    def _end(self, chosen: Chosen) -> Iterator[Group]:
        language = self.options.language
        if chosen.exams:
            rows = (
                self.row(
                    wording.exam(one.name, language), "", "", wording.result(one.result, language)
                )
                for one in chosen.exams
            )
            yield Group(self.head(word("exams", language)), tuple(rows))
        text = word("blank", language)
        yield Group((), (Row((text,), (BLANK * 8 + text,)),))


def remark(course: Course, sitting: Sitting, language: Language) -> str:
    """A3's last column: 补考, 重修, 兑换 with its sources, 已兑换."""
    text = said(wording.KINDS[sitting.kind], language)
    if sitting.kind is AttemptKind.EXCHANGE and course.sources:
        text += wording.colon(language) + "、".join(course.sources)
    if course.spent and sitting == course.effective:
        text = " ".join(filter(None, (text, word("spent", language))))
    return text


def _by_term(
    courses: Iterable[Course], options: Options
) -> dict[str, list[tuple[Course, Sitting]]]:
    """A4: each course once, where it was first taken. A3: every attempt in its own term."""
    found: dict[str, list[tuple[Course, Sitting]]] = defaultdict(list)
    for course in courses:
        if options.paper is Paper.A4:
            found[course.term].append((course, course.effective))
            continue
        for sitting in course.sittings:
            found[sitting.term].append((course, sitting))
    return found


def _person(snapshot: Snapshot, options: Options) -> Iterator[str]:
    who, language = snapshot.person, options.language
    values = {
        Personal.COLLEGE: said((who.college, who.college_english), language),
        Personal.MAJOR: said((who.major, who.major_english), language),
        Personal.CLASS: who.class_name,
        Personal.NUMBER: who.number,
        Personal.NAME: said((who.name, who.english_name), language),
        Personal.ROLL: who.roll_number,
    }
    for kind in options.personal:
        label = said((kind.label, wording.PERSONAL[kind]), language)
        yield f"{label}{wording.colon(language)}{values[kind]}"


def _credits(snapshot: Snapshot, language: Language) -> str:
    parts = [
        f"{said((kind.label, wording.NATURE_NAMES[kind]), language)} {_fixed(value)}"
        for kind, value in snapshot.earned.items()
    ]
    label = word("earned", language)
    inner = word("of_which", language)
    return f"{label} {_fixed(snapshot.total)}　{inner} " + "　".join(parts)


def _fixed(value: Decimal) -> str:
    """Totals always show the half credit: ``46.0``."""
    return f"{value:.1f}"


def _gpa(snapshot: Snapshot, language: Language) -> str:
    value = "—" if snapshot.gpa is None else str(snapshot.gpa)
    return f"{word('gpa', language)}{wording.colon(language)}{value}"
