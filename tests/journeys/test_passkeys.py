"""A passkey from registering to removal, with Chromium's own virtual authenticator; and the pages around signing in."""

import pytest

from tests.journeys.conftest import DESK, PHONE, Visitor

CLERK, TRAINEE = "13800000004", "13800000002"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def clerk(browser, house):
    """A clerk whose computer keeps keys."""
    visitor = Visitor(browser, house, **DESK)
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    visitor.sign_in(CLERK)
    yield visitor
    visitor.no_complaints()
    visitor.context.close()


def test_a_clerk_registers_a_passkey_signs_in_with_it_and_removes_it(clerk):
    """Sabotage: take the challenge from the browser, or forget user verification, or the origin's port."""
    page = clerk.page
    page.goto("/me/security")
    clerk.accessible()
    page.get_by_role("button", name="在这台设备上登记一把").click()
    page.get_by_text("还没用过").wait_for()
    page.locator("#name-1").fill("单位的台式机")
    page.get_by_role("button", name="改名").click()
    page.wait_for_url("**/me/security*")
    assert page.locator("#name-1").input_value() == "单位的台式机"
    clerk.picture("security")
    page.goto("/me")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/sign-in")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
    page.goto("/me/security")
    page.get_by_text("用过").first.wait_for()
    page.get_by_role("button", name="删掉").click()
    page.get_by_text("还没有登记").wait_for()


@pytest.mark.parametrize("address", ["/sign-in/trouble", "/sign-in/slip", "/sign-in/code"])
def test_pages_around_signing_in_are_accessible(phone, address):
    """Sabotage: leave a label off."""
    phone.page.goto("/sign-in")
    phone.page.get_by_label("手机号").fill("13912340000")
    phone.page.get_by_role("button", name="收短信验证码").click()
    phone.page.goto(address)
    phone.accessible()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_a_trainee_finds_under_security_is_accessible(browser, house):
    """Sabotage: give anything a fixed width, or a heading twice."""
    visitor = Visitor(browser, house, **PHONE)
    visitor.sign_in(TRAINEE)
    for address in ("/me/security", "/me/phone", "/me/app", "/me/password", "/me/prove"):
        visitor.page.goto(address)
        visitor.accessible()
        assert visitor.page.evaluate("document.querySelectorAll('h1').length") == 1, address
        visitor.page.set_viewport_size({"width": 320, "height": 640})
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320, address
        visitor.page.set_viewport_size(PHONE["viewport"])
    visitor.no_complaints()
    visitor.context.close()
