"""Every setting, read once from the environment, failing loudly."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

PROVIDERS = (
    "LMS_SMS_URL",
    "LMS_SMS_FALLBACK_URL",
    "LMS_SMS_DAILY",
    "LMS_RECEIPT_TOKEN",
    "LMS_WECHAT_URL",
    "LMS_FACE_URL",
    "LMS_OIDC_ISSUER",
    "LMS_OIDC_CLIENT_ID",
    "LMS_OIDC_CLIENT_SECRET",
    "LMS_OIDC_SCOPE",
    "LMS_OIDC_ID_CLAIM",
    "LMS_OIDC_NAME_CLAIM",
    "LMS_CHECKPOINT_S3",
    "LMS_CHECKPOINT_S3_ENDPOINT",
    "LMS_CHECKPOINT_MAIL",
    "LMS_CHECKPOINT_FROM",
    "LMS_SMTP",
)


class SettingError(Exception):
    """A setting is missing or malformed; the message is one sentence for the operator."""


@dataclass(frozen=True)
class Settings:
    """What the operator decided. Origins have no trailing slash; URLs are SQLAlchemy's."""

    port: int
    data: Path
    database_url: str
    database_owner_url: str
    redis_url: str
    s3_url: str
    app_origin: str
    content_origin: str
    keys: str
    proxies: int
    demo: bool
    whole_catalogue: bool
    testing: bool
    clock_file: Path | None
    # What concerns message carriers and the province's sign-in, as it was set; their rooms read it, and no repr shows it.
    providers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def app_host(self) -> str:
        """Host header of the pages, with its port."""
        return urlsplit(self.app_origin).netloc

    @property
    def content_host(self) -> str:
        """Host header under which each package version has a label of its own."""
        return urlsplit(self.content_origin).netloc

    @property
    def secure(self) -> bool:
        """Whether the outside speaks HTTPS (browsers treat *.localhost as secure too)."""
        return self.app_origin.startswith("https://")


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read all settings; raises SettingError naming the variable at fault."""
    port = _port(environ.get("LMS_PORT", "8000"))
    data = Path(environ.get("LMS_DATA") or _home()).absolute()
    environ = {**_endpoints(data), **environ}
    return Settings(
        port=port,
        data=data,
        database_url=_database(environ, "LMS_DATABASE_URL"),
        database_owner_url=_database(environ, "LMS_DATABASE_OWNER_URL"),
        redis_url=environ.get("LMS_REDIS_URL", ""),
        s3_url=environ.get("LMS_S3_URL", ""),
        app_origin=_origin(environ, "LMS_APP_ORIGIN", f"http://app.lms.localhost:{port}"),
        content_origin=_origin(environ, "LMS_CONTENT_ORIGIN", f"http://content.lms.localhost:{port}"),
        keys=environ.get("LMS_KEYS", ""),
        proxies=_count(environ, "LMS_PROXIES"),
        demo=_switch(environ, "LMS_DEMO"),
        whole_catalogue=_whole_catalogue(environ),
        testing=_switch(environ, "LMS_TESTING"),
        clock_file=_clock_file(environ),
        providers={name: environ[name] for name in PROVIDERS if name in environ},
    )


def settings() -> Settings:
    """The settings of the running application (inside an app context)."""
    return current_app.config["LMS"]  # type: ignore[no-any-return]


CHECKOUT = Path(__file__).resolve().parent.parent


def _home() -> Path:
    """var/ beside the code; under /var/lib when root works inside a folder that is closed to the database's user."""
    closed = any(not folder.stat().st_mode & 0o001 for folder in CHECKOUT.parents)
    if os.geteuid() == 0 and closed:
        return Path("/var/lib/yanxue") / hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
    return CHECKOUT / "var"


def _endpoints(data: Path) -> dict[str, str]:
    """Where the services of a running `make run` listen, so that commands in a second terminal find them."""
    try:
        return json.loads((data / "endpoints.json").read_text())  # type: ignore[no-any-return]
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}


def _whole_catalogue(environ: Mapping[str, str]) -> bool:
    """Whether the demo makes every built-in course in the background, or only the first."""
    value = environ.get("LMS_CATALOGUE", "all")
    if value not in {"all", "first"}:
        raise SettingError(f"LMS_CATALOGUE must be all or first, not {value!r}")
    return value == "all"


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingError(f"LMS_PORT must be a port number from 1 to 65535, not {text!r}")
    return int(text)


def _database(environ: Mapping[str, str], name: str) -> str:
    url = environ.get(name, "")
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    if url and not url.startswith("postgresql+psycopg://"):
        raise SettingError(f"{name} must be a postgresql:// URL: the platform speaks PostgreSQL only")
    return url


def _origin(environ: Mapping[str, str], name: str, default: str) -> str:
    value = environ.get(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path:
        raise SettingError(f"{name} must be an origin such as https://learn.example.cn, not {value!r}")
    return value


def _count(environ: Mapping[str, str], name: str) -> int:
    value = environ.get(name, "0")
    if not value.isdecimal() or int(value) > 9:
        raise SettingError(f"{name} must be how many proxies stand in front, 0 to 9, not {value!r}")
    return int(value)


def _switch(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "0")
    if value not in {"0", "1"}:
        raise SettingError(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def _clock_file(environ: Mapping[str, str]) -> Path | None:
    """A turned clock is for tests alone: outside LMS_TESTING the variable is refused, not ignored."""
    value = environ.get("LMS_CLOCK_FILE", "")
    if value and environ.get("LMS_TESTING") != "1":
        raise SettingError("LMS_CLOCK_FILE is for tests: it needs LMS_TESTING=1")
    return Path(value) if value else None
