"""以学生视角查看 in a browser: whose page it is stays in sight, and so does the way out."""

from playwright.sync_api import expect

from portal.tests.browser.conftest import Visit
from portal.tests.browser.test_accessibility import faults

STUDENT = "20220104"


def test_whose_page_it_is_stays_in_sight(visit: Visit) -> None:
    office = visit()
    office.sign_in("teaching")
    office.open(f"/admin/records/student/?q={STUDENT}")
    with office.page.expect_navigation():
        office.page.locator("#result_list tbody th a").click()
    office.follow("以学生视角查看")
    office.page.select_option("[name=reason]", "check")
    office.press("查看")
    for path in ("/", "/transcripts/"):
        office.open(path)
        office.shot(path.strip("/") or "home")
        assert faults(office.page) == []
        office.page.keyboard.press("End")
        expect(office.page.get_by_role("region", name="以学生视角查看")).to_be_in_viewport()
    with office.refused(403):
        office.open("/accounts/me/")
    office.press("结束查看")
    assert "/admin/records/student/" in office.page.url
