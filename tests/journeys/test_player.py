"""The player when things go wrong: a broken line, a session that ended, another device, a seek, a page left and found again."""

import pytest

from tests.journeys.conftest import DESK, PHONE, Visitor

TRAINEE = "13800000002"
QUEUED = """new Promise(done => { const ask = indexedDB.open('yanxue', 1); ask.onsuccess = () => {
  const got = ask.result.transaction('beats').objectStore('beats').getAll();
  got.onsuccess = () => done(got.result.map(item => item.beat.seq).sort((a, b) => a - b)); }; })"""
TWO_QUEUED = f"{QUEUED}.then(kept => kept.length >= 2)"
ALL_SENT = f"{QUEUED}.then(kept => kept.length === 0)"
PLAYING = "!document.querySelector('video').paused"


@pytest.fixture(scope="module")
def signed_in(browser, house):
    """The session of the trainee, so that each test need not ask for a code."""
    visitor = Visitor(browser, house, **PHONE)
    visitor.sign_in(TRAINEE)
    visitor.context.storage_state(path=house.data / "ahui.json")
    visitor.context.close()
    return house.data / "ahui.json"


@pytest.fixture
def trainee(browser, house, signed_in):
    """The trainee on the phone, playing the lesson, with a beat every second and a half."""
    visitor = Visitor(browser, house, storage_state=signed_in, **PHONE)
    open_lesson(visitor)
    play(visitor)
    yield visitor
    visitor.context.close()


def open_lesson(visitor: Visitor) -> None:
    visitor.page.goto("/learn")
    visitor.page.locator("main .main").first.click()
    visitor.page.locator("#player video").wait_for()
    visitor.page.evaluate("document.getElementById('player').dataset.beatSeconds = 1.5")


def play(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="播放", exact=True).click()
    visitor.until("document.getElementById('live').innerText.includes('正在计入')")


def pause(visitor: Visitor) -> float:
    """Pause; the place in seconds, once the server has been told of it."""
    visitor.page.get_by_role("button", name="暂停").click()
    visitor.page.wait_for_timeout(300)
    visitor.until(ALL_SENT)
    return float(visitor.page.evaluate("document.querySelector('video').currentTime"))


def credited(visitor: Visitor) -> int:
    minutes, seconds = visitor.page.inner_text("#credited").split(":")
    return int(minutes) * 60 + int(seconds)


def test_a_broken_line_keeps_the_beats_and_says_so(trainee):
    """Sabotage: say 正在计入 while nothing is sent, or throw away a beat that did not arrive."""
    before = credited(trainee)
    trainee.context.set_offline(True)
    trainee.until("document.getElementById('banner').innerText.includes('学习记录已存在手机里')")
    assert trainee.page.inner_text("#live") == "连上网再确认"
    trainee.until(TWO_QUEUED)
    assert credited(trainee) <= before + 2
    assert trainee.page.locator("#map .p").count() > 0
    trainee.picture("player-offline")
    trainee.accessible()
    trainee.context.set_offline(False)
    trainee.until("document.getElementById('live').innerText.includes('正在计入')")
    trainee.until("document.getElementById('banner').innerText.includes('连上了')")
    assert credited(trainee) > before
    assert trainee.page.evaluate(PLAYING)


def test_a_session_that_ended_keeps_the_beats_and_sends_them_after_sign_in(trainee):
    """Sabotage: drop the queue on a 401, or forget where the trainee was going."""
    place = trainee.page.url
    trainee.context.clear_cookies()
    trainee.until("document.getElementById('banner').innerText.includes('登录过期了')")
    assert trainee.page.evaluate(PLAYING)
    trainee.until(TWO_QUEUED)
    trainee.picture("player-signed-out")
    before = credited(trainee)
    trainee.page.get_by_role("link", name="去登录").click()
    trainee.enter(TRAINEE)
    assert trainee.page.url == place
    trainee.until("document.getElementById('banner').innerText.includes('学习记录传好了')")
    assert trainee.page.evaluate(QUEUED) == []
    assert credited(trainee) > before


def test_the_newer_device_goes_on_at_the_same_second_and_the_older_says_so(trainee, browser, house):
    """Sabotage: let the older device play on, or promise what is not counted."""
    desk = Visitor(browser, house, storage_state=house.data / "ahui.json", **DESK)
    place = pause(trainee)
    play(trainee)
    open_lesson(desk)
    play(desk)
    assert desk.page.evaluate("document.querySelector('video').currentTime") >= place
    assert "已经停下" in desk.page.inner_text("#banner")
    trainee.until("document.querySelector('video').paused")
    assert "另一台设备在用你的账号学" in trainee.page.inner_text("#banner")
    assert trainee.page.inner_text("#live") == "在另一台设备上学"
    trainee.picture("player-taken-over")
    trainee.accessible()
    trainee.page.get_by_role("link", name="在这里接着学").click()
    trainee.until("document.getElementById('live').innerText.includes('正在计入')")
    desk.until("document.querySelector('video').paused")
    desk.context.close()


def test_a_first_viewing_keeps_its_order_and_its_pace(trainee):
    """Sabotage: listen to the bar alone: a key, the lock screen or a script would still leap ahead or play faster."""
    trainee.page.evaluate("document.querySelector('video').currentTime = 400")
    trainee.until("document.getElementById('told').innerText.includes('还没看到的地方先不能跳过去')")
    trainee.until("document.querySelector('video').currentTime < 300")
    trainee.page.evaluate("document.querySelector('video').playbackRate = 3")
    trainee.until("document.querySelector('video').playbackRate === 1")
    assert trainee.page.locator("#rate option").all_inner_texts() == ["0.75 倍", "1 倍，正常"]
    trainee.page.evaluate("document.querySelector('video').currentTime = 0.5")
    trainee.until("document.querySelectorAll('#rate option').length === 5")
    trainee.page.evaluate("document.querySelector('video').playbackRate = 2")
    trainee.page.wait_for_timeout(400)
    assert trainee.page.evaluate("document.querySelector('video').playbackRate") == 2
    trainee.no_complaints()


# A phone that has other things to do when the picture starts: the page hears of its progress seconds later.
BUSY = """document.querySelector('video').addEventListener('playing', () => {
  const end = performance.now() + 2500; while (performance.now() < end); }, { once: true })"""


def test_a_slow_phone_is_not_pulled_back(trainee):
    """Sabotage: let the guard forget time and place at `playing`."""
    place = pause(trainee)
    trainee.page.evaluate(BUSY)
    trainee.page.get_by_role("button", name="播放", exact=True).click()
    trainee.until(f"document.querySelector('video').currentTime > {place} + 2.2")
    assert trainee.page.inner_text("#told") == ""


def test_the_place_is_kept_for_next_time(trainee):
    """Sabotage: begin where the lesson begins."""
    place = pause(trainee)
    trainee.page.goto("/learn")
    trainee.page.locator("main .main").first.click()
    trainee.until("document.querySelector('video').readyState > 0")
    assert abs(trainee.page.evaluate("document.querySelector('video').currentTime") - place) <= 1.0


def test_the_player_is_worked_by_keyboard(trainee):
    page = trainee.page
    page.get_by_role("button", name="暂停").focus()
    page.keyboard.press("Enter")
    trainee.until("document.querySelector('video').paused")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") in ("播放位置", "字幕")
    page.get_by_label("播放位置").focus()
    before = page.evaluate("document.querySelector('video').currentTime")
    page.keyboard.press("ArrowRight")
    trainee.until(f"document.querySelector('video').currentTime > {before}")
    captions = page.get_by_role("button", name="字幕")
    captions.press("Enter")
    assert captions.get_attribute("aria-pressed") == "false"
    trainee.no_complaints()
