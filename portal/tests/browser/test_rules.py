"""Every rule that blocks, as the students see it who stand for it; and the veteran's way."""

import re

from playwright.sync_api import expect

from portal.tests.browser.visitor import Visitor

# Course -> what keeps 20220103 from it (a rule of ``retake.eligibility``), as the page says it.
BLOCKED = {
    "云计算概论": "正考 47，补考还没有考。理论课先补考，仍不及格才重修。",  # R2
    "毛泽东思想和中国特色社会主义理论体系概论（2-1）": "你申请了缓考，还没有考。缓考不算不及格。",
    "数字存储技术": "这门课不在你修读过的课表里，要先补修。",  # R4
    "UI 设计": "通识选修课不设重修。",  # R5
    "职业技能证书": "等级证书不是课程，不设重修，有单独的补测。",  # R5
    "体育与健康（三）": "没有你的体育选课记录。",  # R6
    "职场英语": "没有你的 YB 选课记录。",  # R6
}
# Why a course may be chosen although no 补考 was failed, or in spite of something.
OPEN = {
    "高等数学（2-1）": "正考 42 · 补考 51",
    "思想道德与法治": "正考 48 · 补考 55",  # failed under its old code
    "计算机网络基础": "正考 45 · 补考未参加",
    "英语（2-2）": "正考 47 · 补考 52",
    "数据库应用基础": "正考 38 · 补考 55",
    "职业沟通技巧": "正考 作弊 · 没有补考，直接重修",  # R2
    "路由与交换技术": "正考 35 · 缺课达学时的 1/3，直接重修",  # R9
    "企业体验实习": "正考 不及格 · 实践课，直接重修",  # R3
}


def reasons(visitor: Visitor) -> dict[str, str]:
    """Course -> why it cannot be chosen, of the course choice page."""
    found = {}
    for course in visitor.page.locator("#why article").all():
        name = course.locator("h3").inner_text().rsplit(" ", 2)[0]
        fact = course.locator(".reason p").first.inner_text()
        found[name] = fact.removeprefix("原因").strip()
    return found


def to_choice(visitor: Visitor, username: str) -> None:
    visitor.sign_in(username)
    visitor.open("/retake/")
    visitor.press("已阅读，去选课")
    assert visitor.heading == "选择重修课程"


def tick(visitor: Visitor, number: int) -> None:
    for box in visitor.page.locator("input[name=course]").all()[:number]:
        box.check()


def test_every_rule_of_20220103(visitor: Visitor) -> None:
    to_choice(visitor, "20220103")
    visitor.shot("choice")
    assert reasons(visitor) == BLOCKED
    picks = visitor.page.locator("label.pick")
    notes = dict(zip(picks.locator("b").all_inner_texts(), evidence(visitor), strict=True))
    assert notes == OPEN
    clash = picks.filter(has_text="英语（2-2）").locator(".reason").inner_text()
    assert re.match(r"与你周. \d–\d 节的课冲突。", clash.strip())  # R11
    keep_to_the_cap(visitor)
    enrol_after_the_cap(visitor)


def evidence(visitor: Visitor) -> list[str]:
    """What is written under each course after its credits."""
    texts = visitor.page.locator("label.pick small").all_inner_texts()
    return [text.split(" · ", 1)[1] for text in texts]


def keep_to_the_cap(visitor: Visitor) -> None:
    """Four at once are refused and stay ticked; three are accepted (R7)."""
    tick(visitor, 4)
    with visitor.refused(409):
        visitor.press("提交报名")
    errors = visitor.page.locator(".errors")
    expect(errors).to_be_focused()
    assert errors.locator("h2").inner_text() == "2023 级本学期最多 3 门：已报 0 门，这次选了 4 门。"
    visitor.shot("over-cap")
    assert visitor.page.locator("input[name=course]:checked").count() == 4
    visitor.page.locator("input[name=course]:checked").last.uncheck()
    visitor.press("提交报名")
    assert visitor.heading == "已报名 3 门"


def enrol_after_the_cap(visitor: Visitor) -> None:
    """With three enrolled the others say why they cannot be added (R7), said once for all."""
    visitor.open("/retake/")
    visitor.shot("cap-reached")
    expect(visitor.page.locator("label.pick")).to_have_count(0)
    capped = [name for name, why in reasons(visitor).items() if "最多 3 门" in why]
    assert capped == ["、".join(list(OPEN)[3:])]


def test_past_the_last_day(visitor: Visitor) -> None:
    """R13."""
    to_choice(visitor, "20170106")
    visitor.shot("choice")
    sentence = "你是 2017 级，最长学习年限到 2025年8月31日 为止，已经超过。"
    assert list(reasons(visitor).values()) == [sentence] * 2
    expect(visitor.page.get_by_role("button", name="提交报名")).to_have_count(0)


def test_veteran_pays_nothing(visitor: Visitor) -> None:
    to_choice(visitor, "20220102")
    visitor.shot("choice")
    assert visitor.page.locator("label.pick .money").all_inner_texts() == ["免费"] * 3
    tick(visitor, 3)
    visitor.press("提交报名")
    assert visitor.heading == "已报名 3 门"
    visitor.shot("enrolled")
    assert visitor.page.locator(".course .chip").all_inner_texts() == ["报名成功 · 免费"] * 3
    steps = visitor.page.locator(".track").first.locator("li").all_inner_texts()
    free = [step.split()[1] for step in steps if step.startswith("免")]
    assert free == ["缴费", "对账"]
    visitor.follow("高等数学（2-1）")
    visitor.shot("enrolment")
    visitor.open("/payments/")
    assert visitor.heading == "不用缴费"
    visitor.shot("payments")
    visitor.open("/")
    visitor.shot("home")
