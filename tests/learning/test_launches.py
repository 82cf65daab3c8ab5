"""Launches: a token for one opening of a lesson on the content host, and when it ends."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, text

from lms.accounts.models import WebSession
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotFound, Refused
from lms.learning.actions import abroad, opening
from lms.learning.queries.launches import CONTENT, GRACE, LaunchOver, LaunchView, launch_of
from lms.publishing import queries as publishing
from lms.publishing.events import VersionStopped
from lms.publishing.links import label_of
from tests.learning import packages
from tests.learning.packages import PackageRoom
from tests.people import Cast

TURN = Callable[..., None]


@pytest.fixture
def room(people: Cast, turn_clock: TURN) -> PackageRoom:
    return packages.a_document(people)


def found(opened: opening.Opened, version_id: UUID) -> LaunchView:
    with transaction(CONTENT):
        return launch_of(opened.token, f"{label_of(version_id)}.content.lms.localhost:8000")


def previewed(room: PackageRoom, browser: UUID | None = None) -> opening.Opened:
    clerk = room.people.principal("liumin")
    with transaction(clerk):
        return opening.preview(room.version_id, room.lesson_id, person_id=clerk.person(), browser=browser)


def test_a_preview_opens_its_lesson_and_records_nothing(room: PackageRoom) -> None:
    """Sabotage: give the preview a session."""
    opened = previewed(room)
    launch = found(opened, room.version_id)
    assert (launch.kind, launch.session_id, launch.records) == ("preview", None, False)
    assert (launch.lesson_id, launch.lesson_kind, launch.entry) == (room.lesson_id, "document", "index.html")
    assert opened.url.endswith(f"/shell/{opened.token}")
    assert label_of(room.version_id) in opened.url


def test_only_the_hash_of_a_token_is_kept(room: PackageRoom) -> None:
    opened = previewed(room)
    with transaction(CONTENT) as session:
        [row] = session.execute(text("select l::text from launch l")).scalars()
    assert opened.token not in row
    assert len(opened.token) == 43


@pytest.mark.parametrize("spoil", [lambda token: token[:-1], lambda token: token + "A", lambda token: "", str.swapcase])
def test_no_other_token_opens_anything(room: PackageRoom, spoil: Callable[[str], str]) -> None:
    opened = previewed(room)
    with transaction(CONTENT), pytest.raises(NotFound):
        launch_of(spoil(opened.token), f"{label_of(room.version_id)}.content.lms.localhost")


def test_a_token_opens_nothing_on_another_host(room: PackageRoom) -> None:
    """Sabotage: leave the label out of launch_of()."""
    opened = previewed(room)
    with transaction(CONTENT), pytest.raises(NotFound):
        launch_of(opened.token, f"{label_of(uuid4())}.content.lms.localhost")


def test_a_token_ends_with_its_time(room: PackageRoom, turn_clock: TURN) -> None:
    """Sabotage: do not look at expires_at."""
    opened = previewed(room)
    turn_clock(seconds=opening.PREVIEW_LIFE.total_seconds())
    with pytest.raises(LaunchOver):
        found(opened, room.version_id)


def test_a_token_ends_when_its_launch_is_ended(room: PackageRoom) -> None:
    opened = previewed(room)
    with transaction(CONTENT):
        opening.end(opened.launch_id)
    with pytest.raises(LaunchOver):
        found(opened, room.version_id)


def test_a_token_ends_when_the_version_is_stopped(room: PackageRoom) -> None:
    opened = previewed(room)
    with transaction(CONTENT):
        opening.stopped(VersionStopped(room.version_id))
    with pytest.raises(LaunchOver):
        found(opened, room.version_id)


def test_a_token_ends_when_its_browser_signs_out(room: PackageRoom) -> None:
    """Sabotage: leave `tied` out of launch_of()."""
    browser = uuid4()
    life = {"expires_at": clock.now() + timedelta(days=1), "seen_at": clock.now()}
    with transaction(CONTENT):
        db.session.add(WebSession(id=browser, token_hash=b"x", person_id=room.people.liumin, data={}, **life))
    opened = previewed(room, browser)
    assert found(opened, room.version_id)
    with transaction(CONTENT):
        db.session.execute(delete(WebSession).where(WebSession.id == browser))
    with pytest.raises(LaunchOver):
        found(opened, room.version_id)


def test_the_next_preview_ends_the_one_before_after_a_grace(room: PackageRoom, turn_clock: TURN) -> None:
    """What a lesson says while it is being left still arrives. Sabotage: end it at once, or never."""
    first = previewed(room)
    second = previewed(room)
    assert found(first, room.version_id).id == first.launch_id
    turn_clock(seconds=GRACE.total_seconds())
    with pytest.raises(LaunchOver):
        found(first, room.version_id)
    assert found(second, room.version_id).id == second.launch_id


def test_an_external_launch_carries_its_actor(room: PackageRoom) -> None:
    actor = {"objectType": "Agent", "account": {"homePage": "https://other.example.cn", "name": "7"}}
    registration = uuid4()
    with transaction(room.people.principal("liumin")):
        opened = opening.open_external(
            room.version_id, room.lesson_id, actor, registration, "Review", "https://other.example.cn/back"
        )
    launch = found(opened, room.version_id)
    assert (launch.actor, launch.registration, launch.mode) == (actor, registration, "Review")
    assert (launch.person_id, launch.principal) == (None, CONTENT)


def test_a_lesson_of_another_version_is_not_found(room: PackageRoom) -> None:
    """Sabotage: look the lesson up by its id alone."""
    clerk = room.people.principal("liumin")
    with transaction(clerk), pytest.raises(NotFound):
        opening.preview(uuid4(), room.lesson_id, person_id=clerk.person())


def test_a_stranger_finds_no_version_to_look_at(room: PackageRoom) -> None:
    stranger = room.people.principal("chenbo")
    with transaction(stranger), pytest.raises(NotFound):
        opening.preview(room.version_id, room.lesson_id, person_id=stranger.person())


def test_a_lesson_abroad_opens_by_https_on_an_allowed_host_alone(
    room: PackageRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server never goes there itself. Sabotage: leave out may_go()."""
    address = "https://player.example.com/c/1?x=1"
    monkeypatch.setitem(opening._BEGINNINGS, "document", lambda *_: address)
    with pytest.raises(Refused) as refusal:
        previewed(room)
    assert refusal.value.code == "host_abroad"
    administrator = room.people.principal("hequan")
    with transaction(administrator):
        abroad.let(publishing.version(room.version_id), "player.example.com", administrator.person())
    opened = previewed(room)
    assert (opened.url, opened.own_window) == (address, True)
    monkeypatch.setitem(opening._BEGINNINGS, "document", lambda *_: address.replace("https", "http"))
    with pytest.raises(Refused):
        previewed(room)
