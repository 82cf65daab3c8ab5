"""What a player is given beside the lesson: the ways to watch it, its sizes, its paces, its lock. The choice is a cookie."""

from dataclasses import dataclass

from flask import Response, request

from lms.foundation.principal import current
from lms.learning.rules import locks
from lms.learning.rules.answers import Answer
from lms.plans.rules import HourPolicy
from lms.publishing.links import media_url
from lms.publishing.queries import LessonView
from lms.publishing.queries.variants import own_language, ways_of
from lms.publishing.rules.ways import Way, language_words, to_begin_with, words_of

COOKIE = "watch"
KEPT_SECONDS = 180 * 86_400


@dataclass(frozen=True)
class Choice:
    """One line of the menu of ways: its words, its address, its size in bytes."""

    name: str
    words: str
    address: str
    size_bytes: int
    sound_alone: bool


@dataclass(frozen=True)
class Shown:
    """What the page shows and the player keeps to; `furthest_ms` and `first_rate` bind only what was not covered yet."""

    choices: tuple[Choice, ...]
    chosen: Choice
    rates: tuple[int, ...]
    first_rate: int
    locked: bool
    furthest_ms: int
    covered: tuple[tuple[int, int], ...]


def shown(view: LessonView, answer: Answer | None, policy: HourPolicy | None) -> Shown | None:
    """What the person may choose for this lesson; None while there is no file. Asks inside the page's transaction."""
    if not view.media_key:
        return None
    ways, own = ways_of(view), own_language(view.id)
    several = len({way.language for way in ways}) > 1
    choices = tuple(_choice(view, way, ways, own if several else None, several=several) for way in ways)
    wanted = request.args.get("watch") or request.cookies.get(COOKIE, "")
    chosen = to_begin_with(ways, wanted[:40], sparing=request.headers.get("Save-Data", "").lower() == "on")
    first_rate = policy.first_view_max_rate_percent if policy and answer else locks.AGAIN_MAX
    return Shown(
        choices=choices,
        chosen=choices[ways.index(chosen)],
        rates=locks.rates(first_rate, again=True),
        first_rate=max(first_rate, 100),
        locked=bool(policy and answer and policy.first_view_seek_lock and not answer.full),
        furthest_ms=locks.furthest_ms(answer.covered, answer.misses) if answer else 0,
        covered=answer.covered if answer else (),
    )


def remember(response: Response) -> Response:
    """Keep a choice that was made without script."""
    if request.args.get("watch"):
        name = request.args["watch"][:40]
        response.set_cookie(COOKIE, name, KEPT_SECONDS, path="/learn", secure=request.is_secure, samesite="Lax")
    return response


def _choice(view: LessonView, way: Way, ways: tuple[Way, ...], own: str | None, *, several: bool) -> Choice:
    words = words_of(way, ways)
    if several:
        words = f"{language_words(way.language, own)}，{words}"
    address = media_url(view.version_id, view.id, way.sha256, current().person())
    return Choice(way.name, words, address, way.size_bytes, way.kind == "audio")
