"""The pages of exports in a real browser at a desk: wait without reloading, download, check; nothing for axe to find."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from lms.app import create_wsgi
from lms.config import Settings
from tests.journeys.conftest import DESK, PHONE, Visitor
from tests.journeys.house import free_port
from tests.people import PEOPLE, bring_in
from tests.subsidies.exporting import a_studied_class, done

pytestmark = [pytest.mark.browser, pytest.mark.services]


@dataclass
class Served:
    """The application behind a port."""

    origin: str


@pytest.fixture
def served(live_app: Flask, settings: Settings) -> Iterator[Served]:
    """The pages as gunicorn serves them, policy and all, over the test database."""
    port = free_port()
    origin = f"http://app.lms.localhost:{port}"
    server = make_server("127.0.0.1", port, create_wsgi(replace(settings, port=port, app_origin=origin)), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Served(origin)
    server.shutdown()
    thread.join()


@pytest.mark.usefixtures("turn_clock")
def test_an_administrator_exports_and_an_auditor_checks(
    browser: Browser,
    served: Served,
    live_app: Flask,
    tmp_path: Path,
) -> None:
    """Sabotage: take hx-select out of export.html, leave a label out, or put a style= in a template."""
    people = bring_in()
    a_studied_class(people)
    desk = Visitor(browser, served, **DESK)  # type: ignore[arg-type]
    desk.sign_in(PEOPLE["suwen"].phone)
    page = desk.page
    page.goto("/exports")
    desk.picture("exports-ask")
    desk.accessible()
    page.get_by_label("用途", exact=True).fill("报 2026 年第四季度补贴")
    page.get_by_role("button", name="生成学时表和证据包").click()
    page.wait_for_url("**/exports/*")
    desk.accessible()
    desk.picture("export-waiting")
    page.get_by_text("排队等着，马上开始").wait_for()
    done(UUID(page.url.rsplit("/", 1)[1]))
    page.get_by_text("生成好了，已封存").wait_for()  # by itself: nobody reloads
    desk.accessible()
    desk.picture("export")
    assert page.locator("h1").count() == 1
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载证据包").click()
    taken.value.save_as(tmp_path / taken.value.suggested_filename)
    command = page.locator("code", has_text="python verify.py").inner_text().split()

    auditor = Visitor(browser, served, **PHONE)  # type: ignore[arg-type]
    auditor.page.goto("/verify")
    auditor.accessible()
    auditor.picture("verify")
    with auditor.page.expect_download() as taken:
        auditor.page.get_by_role("link", name="下载 verify.py").click()
    taken.value.save_as(tmp_path / "verify.py")
    checked = subprocess.run(
        [sys.executable, "-I", *command[1:]], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "0 altered · signature good" in checked.stdout

    page.get_by_role("link", name="打印盖章页").click()
    page.get_by_text("盖章处").first.wait_for()
    desk.accessible()
    desk.picture("export-paper")
    page.goto("/exports")
    desk.accessible()
    desk.picture("exports")
    for visitor in (desk, auditor):
        visitor.no_complaints()
        visitor.context.close()
