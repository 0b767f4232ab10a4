"""A student with a few grades."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache

from portal.records.kinds import CourseNature
from portal.records.models import LevelExamScore
from portal.records.tests.factories import TODAY, World, build_world
from transcripts import fonts


@pytest.fixture(autouse=True)
def _font_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The working font is made once a run, away from the checkout."""
    folder = Path(tmp_path_factory.getbasetemp(), "fonts")
    before, django_settings.TRANSCRIPT_FONT_DIR = django_settings.TRANSCRIPT_FONT_DIR, str(folder)
    fonts.working_font()
    yield
    django_settings.TRANSCRIPT_FONT_DIR = before


@pytest.fixture
def world(db: None) -> World:
    """陈雨桐: one course passed, one failed, one failed elective, two level exams."""
    cache.clear()
    made = build_world()
    made.attempt(made.course("A1", "高等数学（2-1）"), score=80)
    made.attempt(made.course("A2", "大学英语", term_number=2), score=55)
    elective = made.course("E1", "书法鉴赏", term_number=0, nature=CourseNature.GENERAL_ELECTIVE)
    made.attempt(elective, score=36)
    for exam, passed in (("全国计算机等级考试一级", True), ("全国英语等级考试", False)):
        LevelExamScore.objects.create(
            student=made.student,
            exam=exam,
            taken_on=TODAY,
            result="合格" if passed else "不合格",
            passed=passed,
        )
    return made
