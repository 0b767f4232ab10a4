"""What somebody typed while he was signed out from elsewhere stands in the form again."""

from playwright.sync_api import expect

from portal.tests.browser.conftest import Visit
from portal.tests.browser.visitor import DESK

FORM = "/admin/accounts/contact/add/"
TOLD = "刚才填的文字已经填回来，没有提交。"


def test_typed_words_are_back_after_signing_in(visit: Visit) -> None:
    office, elsewhere = visit(size=DESK), visit()
    office.sign_in("teaching")
    office.open(FORM)
    page = office.page
    page.locator("input[name=office]").fill("重修咨询处")
    page.locator("input[name=phone]").fill("8633 2210")
    elsewhere.sign_in("teaching")
    elsewhere.open("/accounts/visits/")
    elsewhere.press("退出其他")
    office.press("保存")
    page.locator("input[name=username]").fill("teaching")
    page.locator("input[name=password]").fill("demo")
    office.shot("door")
    page.locator("input[name=password]").press("Enter")
    expect(page.get_by_text(TOLD)).to_be_visible()
    expect(page.locator("#lost [data-copy]")).to_be_hidden()
    assert page.locator("input[name=office]").input_value() == "重修咨询处"
    assert page.locator("input[name=phone]").input_value() == "8633 2210"
    office.shot("back")
    office.press("保存")
    office.open(FORM)
    expect(page.locator("#lost")).to_have_count(0)


def test_without_script_they_stand_there_to_be_copied(visit: Visit) -> None:
    office, elsewhere = visit(script=False), visit()
    office.sign_in("teaching")
    office.open(FORM)
    office.page.locator("input[name=office]").fill("重修咨询处")
    elsewhere.sign_in("teaching")
    elsewhere.open("/accounts/visits/")
    elsewhere.press("退出其他")
    office.press("保存")
    office.page.locator("input[name=username]").fill("teaching")
    office.page.locator("input[name=password]").fill("demo")
    office.page.locator("input[name=password]").press("Enter")
    told = office.page.locator("#lost")
    expect(told).to_contain_text("刚才填的文字还在，没有提交。")
    expect(told).to_contain_text("重修咨询处")
    office.shot("copy")
