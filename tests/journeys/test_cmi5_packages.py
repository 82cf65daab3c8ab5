"""An AU in a browser, in a frame and in a tab of its own: it finds its door, speaks, and its last word arrives."""

import time
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from lms.foundation.database import transaction
from lms.learning.actions import opening
from tests.journeys.conftest import PATIENCE_S
from tests.learning import packages
from tests.learning.cmi5.world import a_course, an_au, verbs
from tests.learning.scorm import pages
from tests.people import Cast, bring_in

# A whole AU in forty lines: what the specification asks of one, and a button.
AU = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>催芽</title><p id="said">…</p><button id="done">学完</button>
<script>
const given = new URL(location).searchParams, endpoint = given.get("endpoint"), said = document.querySelector("#said");
const actor = JSON.parse(given.get("actor")), registration = given.get("registration"), activityId = given.get("activityId");
const version = {"X-Experience-API-Version": "1.0.3"};
let auth, template;
const ask = (path, params, how = {}) => fetch(endpoint + path + "?" + new URLSearchParams(params),
  {...how, headers: {...version, Authorization: auth, "Content-Type": "application/json"}});
const say = (word, result, more = []) => {
  const id = crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g,
    (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
  const context = JSON.parse(JSON.stringify(template));
  context.registration = registration;
  context.contextActivities.category = ["cmi5", ...more].map((name) => ({id: "https://w3id.org/xapi/cmi5/context/categories/" + name}));
  const statement = {id, timestamp: new Date().toISOString(), actor, verb: {id: "http://adlnet.gov/expapi/verbs/" + word},
    object: {id: activityId}, context, ...(result ? {result} : {})};
  return ask("statements", {statementId: id}, {method: "PUT", body: JSON.stringify(statement), keepalive: true});
};
(async () => {
  auth = "Basic " + (await (await fetch(given.get("fetch"), {method: "POST"})).json())["auth-token"];
  const state = {agent: given.get("actor"), activityId, registration, stateId: "LMS.LaunchData"};
  template = (await (await ask("activities/state", state)).json()).contextTemplate;
  await ask("agents/profile", {agent: given.get("actor"), profileId: "cmi5LearnerPreferences"});
  said.textContent = (await say("initialized")).status;
})();
document.querySelector("#done").onclick = async () => {
  said.textContent = "done " + (await say("completed", {completion: true, duration: "PT5S"}, ["moveon"])).status;
};
addEventListener("pagehide", () => say("terminated", {duration: "PT6S"}));
</script>"""


@pytest.fixture
def port(live_app: Flask) -> Iterator[int]:
    with pages.served(live_app) as port:
        yield port


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 740})
    context.set_default_timeout(PATIENCE_S * 1000)
    yield context
    context.close()


def opened(people: Cast, port: int) -> opening.Opened:
    """xiulan opens the AU; the address leads to the port that is served."""
    course = a_course(people, an_au(move_on="Completed"), state="approved", page=AU.encode())
    whose = packages.Whose(people.organisations["anyi"], people.liumin, people.hequan)
    registrations = packages.open_class(whose, course.version_id, [people.xiulan])
    with transaction(people.principal("xiulan")):
        return opening.open_lesson(
            people.xiulan, registrations[people.xiulan], course.lesson_id, "phone", "203.0.113.7"
        )


@pytest.mark.parametrize("way", ["frame", "tab"])
def test_an_au_speaks_and_its_last_word_arrives(way: str, live_app: Flask, context: BrowserContext, port: int) -> None:
    """Sabotage: leave 'self' out of connect-src, refuse the slash at the end of the endpoint, or end the token with the page."""
    people = bring_in()
    launch = opened(people, port)
    host = "content.lms.localhost"
    address = launch.url.replace(f"{host}%3A8000", f"{host}%3A{port}").replace(f"{host}:8000", f"{host}:{port}")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address if way == "tab" else f"http://app.lms.localhost:{port}/framed?{address}")
    au = page if way == "tab" else page.frame_locator("iframe")
    au.locator("#said", has_text="204").wait_for()
    au.locator("#done").click()
    au.locator("#said", has_text="done 204").wait_for()
    page.close()
    wanted = ["launched", "initialized", "completed", "satisfied", "satisfied", "terminated"]
    until = time.monotonic() + PATIENCE_S
    while verbs(people, launch.registration) != wanted:
        assert time.monotonic() < until, verbs(people, launch.registration)
        time.sleep(0.05)
    assert complaints == []
