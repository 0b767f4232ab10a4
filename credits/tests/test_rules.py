"""The exchange manual's special notes, line by line, and what other colleges have published."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from credits.kinds import SourceKind, TargetKind
from credits.rules import Past, Person, Price, Rules, Sitting, Topic, check, effects, needs_second
from credits.rules.frozen import (
    case_from_json,
    case_to_json,
    findings_from_json,
    findings_to_json,
)
from credits.tests.cases import (
    ARTICLE_SIX,
    FAILED,
    FAILED_AGAIN,
    PRICES,
    RULES,
    case,
    finding,
    first_stop,
    source,
    stopped,
    target,
)
from portal.records.kinds import AttemptKind, CourseCategory, ResultFlag, Selection, Standing

FOUR_ELECTIVES = [source(serial) for serial in range(4)]


def test_four_electives_of_two_credits_pay_for_a_public_course_of_four() -> None:
    found = check(case(*FOUR_ELECTIVES), RULES)
    assert [one.code for one in found if one.stops] == []
    assert finding("ratio", found).fact == "需 8.0，已选 8.0"
    assert finding("graduation", found).fact == "通识选修 18 → 10.0，需 8"


# Note 1: 可被兑换课程必须是参加过补考或重修但成绩依然不合格的课程


def test_failed_once_and_not_reexamined_is_no_target() -> None:
    assert first_stop(case(target=target(sittings=(FAILED,)))) == "not_reexamined"


@pytest.mark.parametrize("kind", [AttemptKind.MAKEUP, AttemptKind.RETAKE])
def test_failed_again_is_a_target(kind: AttemptKind) -> None:
    again = replace(FAILED_AGAIN, kind=kind)
    assert first_stop(case(target=target(sittings=(FAILED, again)))) == ""


def test_a_makeup_that_was_missed_was_not_sat() -> None:
    missed = replace(FAILED_AGAIN, flag=ResultFlag.ABSENT, result="缺考")
    rules = replace(RULES, barred=frozenset())
    assert first_stop(case(target=target(sittings=(FAILED, missed))), rules) == "not_reexamined"


def test_passed_meanwhile_is_nothing_to_exchange() -> None:
    passed = Sitting(AttemptKind.RETAKE, "2024-2025-1", "66", ResultFlag.NONE, True)
    assert first_stop(case(target=target(sittings=(FAILED, FAILED_AGAIN, passed)))) == "passed"


def test_a_makeup_to_come_names_its_day() -> None:
    day = date(2025, 5, 6)
    given = case(target=target(sittings=(FAILED,), makeup_pending=True, makeup_on=day))
    found = finding("makeup_pending", check(given, RULES))
    assert (found.on, found.fact) == (day, "正考 42，补考还没有考。")


def test_a_makeup_without_a_day_names_whom_to_ask() -> None:
    given = case(target=target(sittings=(FAILED,), makeup_pending=True))
    assert finding("makeup_pending", check(given, RULES)).topic is Topic.MAKEUP


def test_a_deferred_exam_comes_first() -> None:
    assert first_stop(case(target=target(sittings=(FAILED,), deferred=True))) == "deferred"


def test_a_course_being_taken_waits_for_its_result() -> None:
    assert first_stop(case(target=target(in_progress=True))) == "in_progress"


# Note 2: 专业核心课兑换条件非常苛刻；其余专业课可用专业拓展课学分来兑换


def test_a_basic_major_course_is_had_for_extension_credit() -> None:
    basic = target(category=CourseCategory.MAJOR_BASIC, credit_hours=Decimal(3))
    given = case(source(1, "3.0", SourceKind.EXTENSION), target=basic, accepts_shortfall=True)
    assert stopped(given) == []


def test_a_core_course_needs_an_award_and_the_teaching_office() -> None:
    core = target(category=CourseCategory.MAJOR_CORE)
    extension = case(source(1, "4.0", SourceKind.EXTENSION), target=core)
    award = case(source(1, "4.0", SourceKind.AWARD), target=core)
    assert "unlawful" in stopped(extension)
    assert stopped(award) == []
    assert needs_second(award, RULES)
    assert not needs_second(case(*FOUR_ELECTIVES), RULES)


# Note 3: 一门一门课程单独申请 - one application about a course at a time; one target by type


def test_a_second_application_about_the_course_names_the_first() -> None:
    given = case(*FOUR_ELECTIVES, past=Past(standing="XF-2025-000001，审核中"))
    assert finding("applied", check(given, RULES)).fact == (
        "这门课已有一份申请（XF-2025-000001，审核中）。"
    )


# Note 4: 体育与健康课程（含体育选项课）和专业课程兑换条件均为竞赛集训学分或获奖证书


@pytest.mark.parametrize("name", ["体育与健康（二）", "乒乓球", "排球", "彩带飞龙", "健身瑜伽"])
def test_pe_is_had_for_contest_credit_only(name: str) -> None:
    pe = target(name=name, college_id=4, credit_hours=Decimal(2))
    electives = case(*FOUR_ELECTIVES, target=pe)
    assert "unlawful" in stopped(electives)
    assert stopped(case(source(1, "2.0", SourceKind.CONTEST), target=pe)) == []
    assert stopped(case(source(1, "2.0", SourceKind.AWARD), target=pe)) == []


def test_a_pe_option_outside_the_plan_is_pe_by_its_way_of_selection() -> None:
    option = target(category=CourseCategory.OFF_PLAN, selection=Selection.PE, college_id=99)
    assert RULES.kind_of(option) is TargetKind.PE


def test_a_failed_extension_course_takes_contest_credit_not_extension() -> None:
    failed = target(category=CourseCategory.MAJOR_EXTENSION, credit_hours=Decimal(2))
    assert "unlawful" in stopped(case(source(1, "2.0", SourceKind.EXTENSION), target=failed))
    assert stopped(case(source(1, "2.0", SourceKind.CONTEST), target=failed)) == []


# Note 5: 部分课程不参与学分兑换


def test_a_course_named_by_article_six_is_excluded_by_code() -> None:
    found = finding("excluded", check(case(target=target(code="M9")), RULES))
    assert found.fact == ARTICLE_SIX


def test_everything_the_school_of_marxism_offers_is_excluded() -> None:
    assert first_stop(case(target=target(college_id=5))) == "excluded"


def test_the_catalogue_excludes_too() -> None:
    assert first_stop(case(target=target(is_excluded=True))) == "excluded"


# Note 6: 第二课堂学分有疑问请咨询二级学院团委


def test_co_curricular_credit_has_no_price() -> None:
    given = case(source(1, "8.0", SourceKind.CO_CURRICULAR))
    assert "unlawful" in stopped(given)


# 特别提醒: 专业拓展课只用于兑换专业基础课，请不要随意挥霍


def test_extension_below_the_plan_is_warned_of_and_accepted_by_a_tick() -> None:
    basic = target(category=CourseCategory.MAJOR_BASIC, credit_hours=Decimal(3))
    given = case(source(1, "3.0", SourceKind.EXTENSION), target=basic)
    found = finding("shortfall", check(given, RULES))
    assert (found.stops, found.fact) == (True, "专业拓展 12 → 9.0，需 12，差 3.0")
    assert stopped(replace(given, accepts_shortfall=True)) == []


def test_who_lacks_extension_credits_already_reads_all_that_he_will_lack() -> None:
    basic = target(category=CourseCategory.MAJOR_BASIC, credit_hours=Decimal(3))
    given = case(source(1, "3.0", SourceKind.EXTENSION), target=basic)
    short = [replace(one, earned=min(one.earned, Decimal(10))) for one in given.holdings]
    found = finding("shortfall", check(replace(given, holdings=tuple(short)), RULES))
    assert found.fact == "专业拓展 10 → 7.0，需 12，差 5.0"


def test_electives_below_the_plan_are_refused_whatever_is_ticked() -> None:
    six = [source(serial) for serial in range(6)]
    assert stopped(case(*six, accepts_shortfall=True)) == ["below_minimum"]


# 如兑换学分不符合兑换比例要求，会跳出此对话框


def test_half_a_credit_short_of_the_ratio_is_refused_with_the_figures() -> None:
    chosen = [source(1), source(2), source(3), source(4, "1.5")]
    found = finding("ratio", check(case(*chosen), RULES))
    assert (found.stops, found.fact) == (True, "需 8.0，已选 7.5，还差 0.5")


def test_a_surplus_is_said_before_it_is_lost() -> None:
    chosen = [source(1, "3.0"), source(2, "3.0"), source(3, "3.0")]
    found = finding("ratio", check(case(*chosen), RULES))
    assert found.fact == "需 8.0，已选 9.0，多出 1.0 不退回"


def test_credits_count_in_whole_steps() -> None:
    price = replace(PRICES[0], step=Decimal(1), ratio=Decimal(1))
    assert price.covers(Decimal("2.5")) == 2
    assert price.needed(Decimal("1.5")) == 2


def test_two_kinds_add_up() -> None:
    pe = target(college_id=4, credit_hours=Decimal(2))
    both = case(source(1, "1.0", SourceKind.CONTEST), source(2, "1.0", SourceKind.AWARD), target=pe)
    assert stopped(both) == []


# what other colleges have published


@pytest.mark.parametrize(
    "flag", [ResultFlag.CHEATING, ResultFlag.VIOLATION, ResultFlag.ABSENT], ids=str
)
def test_failed_by_fraud_or_absence_is_barred(flag: ResultFlag) -> None:
    given = target(sittings=(replace(FAILED, flag=flag), FAILED_AGAIN))
    assert first_stop(case(target=given)) == "barred"


def test_a_college_may_lift_the_bar() -> None:
    given = target(sittings=(replace(FAILED, flag=ResultFlag.CHEATING), FAILED_AGAIN))
    assert first_stop(case(target=given), replace(RULES, barred=frozenset())) == ""


def test_a_practical_course_has_no_price() -> None:
    assert first_stop(case(target=target(is_practical=True))) == "no_price"


def test_a_failed_elective_needs_no_exchange() -> None:
    elective = target(category=CourseCategory.GENERAL_ELECTIVE, sittings=(FAILED,))
    found = finding("no_price", check(case(target=elective), RULES))
    assert found.sentence + found.step == "通识选修课不用兑换。另选一门通识选修课，学分一样算。"


def test_an_unconfirmed_ratio_takes_no_application_outside_the_demo() -> None:
    waiting = replace(RULES, prices=(replace(PRICES[0], confirmed=False),))
    assert first_stop(case(), waiting) == "unconfirmed"
    assert first_stop(case(), replace(waiting, open_unconfirmed=True)) == ""


def test_a_price_is_for_its_grade_years() -> None:
    price = Price(TargetKind.PUBLIC, SourceKind.ELECTIVE, Decimal(2), first_year=2023)
    rules = Rules("2023 起", (price,), open_unconfirmed=True)
    assert first_stop(case(), rules) == "no_price"
    assert first_stop(case(person=Person(2023, Standing.ENROLLED, Decimal(140))), rules) == ""


def test_a_used_credit_names_its_application() -> None:
    chosen = [*FOUR_ELECTIVES[:3], source(9, taken_by="英语（2-2）")]
    assert finding("taken", check(case(*chosen), RULES)).fact == "选修 9的学分已用于英语（2-2）。"


def test_the_cap_of_the_term_counts_what_was_applied_for() -> None:
    rules = replace(RULES, term_cap=Decimal(8))
    assert first_stop(case(past=Past(this_term=Decimal(4))), rules) == ""
    assert first_stop(case(past=Past(this_term=Decimal("4.5"))), rules) == "term_cap"


def test_the_share_of_the_plan_is_a_cap() -> None:
    rules = replace(RULES, plan_share=Decimal(10))
    assert first_stop(case(past=Past(ever=Decimal(10))), rules) == ""
    assert first_stop(case(past=Past(ever=Decimal("10.5"))), rules) == "plan_share"


def test_the_cap_of_a_source_counts_what_was_given() -> None:
    rules = replace(RULES, prices=(replace(PRICES[0], source_cap=Decimal(10)),))
    spent = Past(spent=((SourceKind.ELECTIVE, Decimal("2.5")),))
    assert stopped(case(*FOUR_ELECTIVES, past=spent), rules) == ["source_cap"]


@pytest.mark.parametrize("standing", [Standing.GRADUATED, Standing.WITHDRAWN, Standing.SUSPENDED])
def test_who_does_not_study_cannot_apply(standing: Standing) -> None:
    assert first_stop(case(person=Person(2022, standing, Decimal(140)))) == "standing"


def test_an_application_carries_its_screenshot() -> None:
    assert stopped(case(*FOUR_ELECTIVES, attachments=0)) == ["attachments"]


def test_the_effect_on_graduation_category_by_category() -> None:
    found = {one.category: one for one in effects(case(*FOUR_ELECTIVES))}
    public = found[CourseCategory.PUBLIC_REQUIRED]
    elective = found[CourseCategory.GENERAL_ELECTIVE]
    assert [public.before, public.after, public.lacking] == [40, 44, 0]
    assert [elective.before, elective.after, elective.needed] == [18, 10, 8]
    assert not elective.endangers


def test_a_case_and_its_findings_survive_being_stored() -> None:
    given = case(*FOUR_ELECTIVES, past=Past(spent=((SourceKind.ELECTIVE, Decimal("2.5")),)))
    found = check(given, RULES)
    stored = json.loads(json.dumps([case_to_json(given), findings_to_json(found)]))
    assert case_from_json(stored[0]) == given
    assert findings_from_json(stored[1]) == found
    assert check(case_from_json(stored[0]), RULES) == found
