"""axe over every student page, empty and in use, on a phone and a desk (WCAG 2.2 AA)."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from portal.tests.browser.conftest import Visit
from portal.tests.browser.visitor import DESK, PHONE, Visitor

STUDENT = "202416000006"  # one of the crowd, in nobody else's journey
SERIOUS = ("serious", "critical")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EMPTY = ("/", "/payments/", "/payments/orders/", "/messages/", "/retake/enrollments/")
QUEUE, RULE_SETS = "/admin/credits/application/", "/admin/credits/ruleset/"
USED = (
    *EMPTY,
    "/retake/",
    "/retake/notice/",
    "/retake/rounds/",
    "/guidance/",
    "/retake/veteran/",
    "/accounts/me/",
    "/accounts/password/",
    "/transcripts/",
    "/transcripts/how/",
    "/transcripts/issued/",
    "/verify/",
)


def faults(page: Page) -> list[str]:
    """What axe finds serious, at both sizes."""
    found = []
    for width, height in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": height})
        # Preloading writes styles into the page, against its policy, and tells nothing.
        answer = Axe().run(page, options={"runOnly": RULES, "preload": False}).response
        found += [
            f"{width} px {page.url}: {fault['id']} {fault['nodes'][0]['html'][:120]}"
            for fault in answer["violations"]
            if fault["impact"] in SERIOUS
        ]
    return found


def of_pages(visitor: Visitor, *paths: str) -> list[str]:
    """The faults of several pages, one after the other."""
    found = []
    for path in paths:
        visitor.open(path)
        found += faults(visitor.page)
    return found


def test_student_pages_have_no_serious_fault(visitor: Visitor) -> None:
    found = of_pages(visitor, "/accounts/login/")
    visitor.sign_in(STUDENT)
    found += of_pages(visitor, *EMPTY)
    enrol_in_two(visitor)
    found += of_pages(visitor, *USED, *details(visitor))
    assert found == []


def test_exchange_pages_have_no_serious_fault(visit: Visit) -> None:
    student, reviewer, teaching = visit(), visit(size=DESK), visit(size=DESK)
    student.sign_in("20220104")
    found = of_pages(student, "/credits/", "/credits/applications/")
    reviewer.sign_in("reviewer")
    found += of_pages(reviewer, QUEUE)
    reviewer.follow("XF-")
    found += faults(reviewer.page)
    teaching.sign_in("teaching")
    found += of_pages(teaching, RULE_SETS)
    teaching.follow("2025 年兑换规则")
    found += faults(teaching.page)
    teaching.press("复制为草稿")
    found += faults(teaching.page)
    teaching.follow("试算历史申请")
    found += faults(teaching.page)
    assert found == []


def enrol_in_two(visitor: Visitor) -> None:
    """Read the notice, enrol, open an order and come back without paying."""
    visitor.open("/retake/notice/")
    visitor.press("已阅读，去选课")
    for box in visitor.page.locator("input[name=course]").all()[:2]:
        box.check()
    visitor.press("提交报名")
    visitor.open("/payments/")
    visitor.press("缴第 1 批")


def details(visitor: Visitor) -> list[str]:
    """The pages of one course and one order."""
    [course, *_] = links(visitor, "/retake/enrollments/", "/retake/enrollments/")
    [order, *_] = links(visitor, "/payments/orders/", "/payments/orders/ZZJF")
    return [course, f"{course}withdraw/", order, f"{order}return/"]


def links(visitor: Visitor, path: str, prefix: str) -> list[str]:
    """Addresses below ``prefix`` that a page leads to."""
    visitor.open(path)
    anchors = visitor.page.locator(f"main a[href^='{prefix}']").all()
    found = [anchor.get_attribute("href") or "" for anchor in anchors]
    return [href for href in found if href != prefix]
