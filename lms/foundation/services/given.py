"""Services that the operator named by a URL: looked at before anything is started, so that a typo is one sentence."""

import socket
from urllib.parse import urlsplit

import psycopg

from lms.config import Settings
from lms.foundation.services.programs import ServiceFailed

PATIENCE_SECONDS = 5


def refuse_unreachable(settings: Settings) -> None:
    """Raise ServiceFailed, naming the setting, where a given database or broker does not answer."""
    if settings.database_url and not settings.database_owner_url:
        raise ServiceFailed(
            "LMS_DATABASE_OWNER_URL is missing: LMS_DATABASE_URL needs the role that migrates beside it."
        )
    for name, url in (
        ("LMS_DATABASE_URL", settings.database_url),
        ("LMS_DATABASE_OWNER_URL", settings.database_owner_url),
    ):
        if url:
            _ask_database(name, url)
    if settings.redis_url:
        _ask_broker("LMS_REDIS_URL", settings.redis_url)


def _ask_database(name: str, url: str) -> None:
    try:
        psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=PATIENCE_SECONDS).close()
    except psycopg.Error as error:
        said = " ".join(str(error).split()).removesuffix(".")
        raise ServiceFailed(f"The database of {name} cannot be used: {said}.") from None


def _ask_broker(name: str, url: str) -> None:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "localhost", parts.port or 6379), PATIENCE_SECONDS).close()
    except (OSError, ValueError):
        raise ServiceFailed(f"The broker of {name} does not answer at {parts.hostname}: check the URL.") from None
