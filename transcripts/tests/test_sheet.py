"""What is printed: options, omissions, columns and pages."""

from collections.abc import Iterator
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib.errors import DomainError
from portal.records.academic import Exchange
from portal.records.kinds import AttemptKind, CourseNature
from transcripts import fonts, wording
from transcripts.breaking import broken
from transcripts.document import snapshot
from transcripts.kinds import Block, Language, Paper, PassOnly, Personal
from transcripts.layout import Page
from transcripts.options import Options, read_options
from transcripts.paper import GEOMETRY
from transcripts.sheet import Sheet, compose
from transcripts.tests.factories import FIRST, SECOND, attempt, course, many, record

COLLEGE = ("示范学院", "Model College")


def advance(character: str) -> float:
    """Half an em for Latin, one for Chinese."""
    return 0.5 if character < "\u2000" else 1.0


def sheet(of: int = 60, options: Options | None = None) -> Sheet:
    return compose(many(of), options or Options(), COLLEGE, advance)


def heads(pages: tuple[Page, ...]) -> list[str]:
    return [" ".join(block.head) for page in pages for column in page for block in column]


def texts(one: Sheet) -> Iterator[tuple[str, ...]]:
    blocks = (block for page in one.pages for column in page for block in column)
    return (row.cells for block in blocks for row in block.rows)


ALL = [
    Options(paper=paper, language=language, pass_only=only, blocks=(Block.GPA, Block.CREDITS))
    for paper in Paper
    for language in (Language.CHINESE,)
    for only in ((), (PassOnly.EXTENSION,), tuple(PassOnly))
]


@pytest.mark.parametrize("options", ALL)
def test_options_never_change_totals_or_averages(options: Options) -> None:
    plain, other = sheet(), sheet(options=options)
    assert (other.credits, other.gpa) == (plain.credits, plain.gpa)
    assert {head for head in heads(other.pages) if "绩点" in head and "续" not in head} == {
        head for head in heads(plain.pages) if "绩点" in head and "续" not in head
    }


def test_what_is_left_out_is_said() -> None:
    failed = [
        course(number, [attempt(40)], nature=nature)
        for number, nature in enumerate((*CourseNature, CourseNature.GENERAL_ELECTIVE))
    ]
    one = compose(snapshot(record(failed)), Options(), COLLEGE, advance)
    assert one.omitted == "未印：不及格专业拓展 1 门、不及格通识选修 2 门、不及格等级考试 1 项"
    assert (one.courses, one.exams) == (2, 1)


def test_hidden_blocks_are_said() -> None:
    one = sheet(options=Options(blocks=(), pass_only=()))
    assert one.omitted == "未印：等级考试成绩 2 项、平均学分绩点、已获得学分"
    assert (one.credits, one.gpa, one.exams) == ("", "", 0)


def test_a4_prints_each_course_once_and_a3_every_attempt() -> None:
    tries = [
        attempt(40),
        attempt(50, AttemptKind.MAKEUP),
        attempt("合格", AttemptKind.EXCHANGE, SECOND),
    ]
    exchanges = (Exchange(1, (), ("书法鉴赏",)),)
    given_ = snapshot(record([course(1, tries, name="高等数学")], exchanges=exchanges))
    a4 = list(texts(compose(given_, Options(), COLLEGE, advance)))
    a3 = list(texts(compose(given_, Options(paper=Paper.A3), COLLEGE, advance)))
    assert a4[0] == ("高等数学", "必修", "4", "合格")
    assert a3[:3] == [
        ("高等数学", "必修", "4", "40", ""),
        ("高等数学", "必修", "4", "50", "补考"),
        ("高等数学", "必修", "4", "合格", "兑换：书法鉴赏"),
    ]


def test_personal_data_are_ticked_singly() -> None:
    one = sheet(1, Options(personal=(Personal.NUMBER,)))
    assert one.person == ("学号：20220101",)


@pytest.mark.parametrize(
    ("language", "title", "head"),
    [
        (Language.ENGLISH, "Model College Academic Transcript", "2023-2024 Term 1　Term GPA: 0.00"),
        (
            Language.BOTH,
            "示范学院学业成绩单 Model College Academic Transcript",
            "2023-2024学年 第1学期 2023-2024 Term 1　学期平均学分绩点 Term GPA：0.00",
        ),
    ],
)
def test_languages(language: Language, title: str, head: str) -> None:
    one = sheet(1, Options(language=language))
    assert (one.title, heads(one.pages)[0]) == (title, head)


def test_student_without_grades_gets_a_valid_empty_sheet() -> None:
    one = compose(snapshot(record([], exams=())), Options(), COLLEGE, advance)
    assert list(texts(one)) == [("以下空白",)]
    assert (len(one.pages), one.gpa) == (1, "平均学分绩点：—")


@given(
    number=st.integers(0, 400),
    paper=st.sampled_from(Paper),
    language=st.sampled_from(Language),
)
@settings(max_examples=40)
def test_columns_hold_what_fits_and_no_head_stands_alone(
    number: int, paper: Paper, language: Language
) -> None:
    one = compose(many(number), Options(paper=paper, language=language), COLLEGE, advance)
    for column in chain.from_iterable(one.pages):
        assert all(block.rows for block in column)
        height = sum(
            len(block.head) + sum(len(row.lines) for row in block.rows) for block in column
        )
        assert height <= GEOMETRY[paper].lines
    assert sum("以下空白" in row[0] or row[0] == "Blank Below" for row in texts(one)) == 1


def test_a_term_that_is_divided_repeats_its_head() -> None:
    courses = [course(number, [attempt(80)]) for number in range(60)]
    one = compose(snapshot(record(courses, exams=())), Options(), COLLEGE, advance)
    assert [head for head in heads(one.pages) if head] == [
        "2023-2024学年 第1学期　学期平均学分绩点：3.00",
        "2023-2024学年 第1学期　学期平均学分绩点：3.00（续）",
    ]
    assert FIRST in {one.term for one in many(3).courses}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("程序设计", ("程序设计",)),
        ("程序设计基础实训", ("程序设计基", "础实训")),
        ("程序设计基（二）", ("程序设计基", "（二）")),
        ("Web programming basics", ("Web", "programmin", "g basics")),
        ("rank exams, 1", ("rank", "exams, 1")),
        ("rank exam, one", ("rank exam,", "one")),
        ("", ("",)),
    ],
)
def test_names_wrap(text: str, lines: tuple[str, ...]) -> None:
    assert broken(text, 50, 10, advance) == lines


def test_defaults_and_round_trip() -> None:
    assert read_options({}) == Options()
    other = Options(Paper.A3, Language.BOTH, (), True, (Block.GPA,), ())
    assert read_options(other.to_json()) == other


@pytest.mark.parametrize(
    "sent", [{"paper": ["a5"]}, {"only": ["必修"]}, {"hide": ["some"]}, {"person": ["phone"]}]
)
def test_an_option_that_does_not_exist_is_refused(sent: dict[str, list[str]]) -> None:
    with pytest.raises(DomainError) as caught:
        read_options(sent)
    assert (caught.value.code, caught.value.status) == ("transcript.option", 400)


@pytest.mark.parametrize(
    ("language", "title", "college", "name"),
    [
        (Language.CHINESE, "示范学院学业成绩单", "学院：智能制造学院", "姓名：王思远"),
        (Language.ENGLISH, "Model College Academic Transcript",
         "College: School of Intelligent Manufacturing", "Name: Wang Siyuan"),
        (Language.BOTH, "示范学院学业成绩单 Model College Academic Transcript",
         "学院 College：智能制造学院 School of Intelligent Manufacturing",
         "姓名 Name：王思远 Wang Siyuan"),
    ],
)  # fmt: skip
def test_who_issued_it_to_whom_is_named_in_the_language(
    language: Language, title: str, college: str, name: str
) -> None:
    options = Options(language=language, personal=(Personal.COLLEGE, Personal.NAME))
    one = sheet(options=options)
    assert (one.title, one.person) == (title, (college, name))


def test_college_without_an_english_name_keeps_its_own() -> None:
    given_ = snapshot(record([], exams=(), college_english=""))
    options = Options(language=Language.ENGLISH, personal=(Personal.COLLEGE,))
    assert compose(given_, options, COLLEGE, advance).person == ("College: 智能制造学院",)


@pytest.mark.parametrize("language", [Language.ENGLISH, Language.BOTH])
def test_name_that_pinyin_does_not_fit_stays_as_it_is(language: Language) -> None:
    given_ = snapshot(record([], exams=(), name="阿迪力·买买提", english_name=""))
    options = Options(language=language, personal=(Personal.NAME,))
    assert compose(given_, options, COLLEGE, advance).person[0].endswith("阿迪力·买买提")


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("全国计算机等级考试一级", "National Computer Rank Examination, Level 1"),
        ("高等学校英语应用能力考试B级", "Practical English Test for Colleges, Level B"),
        ("大学英语四级", "College English Test Band 4"),
        ("全国英语等级考试", "Public English Test System"),
        ("茶艺师考试三级", "茶艺师考试三级"),
    ],
)
def test_level_exams_have_their_own_english_names(name: str, english: str) -> None:
    assert wording.exam(name, Language.ENGLISH) == english


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("kind", CourseNature)
def test_narrow_column_keeps_words_whole(paper: Paper, kind: CourseNature) -> None:
    geometry = GEOMETRY[paper]
    written = wording.nature(kind, Language.ENGLISH)
    assert broken(written, geometry.width(1), geometry.em, fonts.advance) == (written,)
