"""Hosts abroad: an administrator lets a package reach them, or no longer; browsers say which they stopped."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts import actions as accounts
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import Refused
from lms.learning.models import BlockedHost, RemoteHost
from lms.learning.queries.launches import LaunchView
from lms.learning.rules import isolation
from lms.publishing.queries import VersionView

MOST_BLOCKED = 50
NO_HOST = "这不像一个网站地址。只写网站名，例如 player.example.com，要能用 https 打开"


def let(version: VersionView, text: str, person_id: UUID) -> str:
    """Let the pages of the version's package reach a host; raises Refused for what is no host. Gives the host."""
    host = isolation.host_of(text)
    if host is None:
        raise Refused(NO_HOST, code="no_host", field="host")
    row = insert(RemoteHost).values(
        package_id=version.package_id, host=host, allowed_by=person_id, created_at=clock.now(), **_place(version)
    )
    db.session.execute(row.on_conflict_do_nothing())
    _enter("package:let-host", version, host)
    return host


def forbid(version: VersionView, host: str) -> None:
    """Let the package reach a host no longer; pages that are open learn of it when they are opened next."""
    own = (RemoteHost.package_id == version.package_id, RemoteHost.host == host)
    if db.session.execute(delete(RemoteHost).where(*own)).rowcount:  # type: ignore[attr-defined]
        _enter("package:forbid-host", version, host)


def note_blocked(launch: LaunchView, host: str, purpose: str) -> None:
    """Keep that browsers stop a version's pages from reaching a host: once a minute, and not more hosts than a page can show."""
    known = select(BlockedHost.host).where(BlockedHost.version_id == launch.version_id)
    names = frozenset(db.session.scalars(known))
    if host not in names and len(names) >= MOST_BLOCKED:
        return
    now = clock.now()
    row = insert(BlockedHost).values(
        version_id=launch.version_id,
        host=host,
        tenant_id=launch.tenant_id,
        region_code=launch.region_code,
        plan_code=launch.plan_code,
        purpose=purpose,
        times=1,
        last_at=now,
    )
    again = row.on_conflict_do_update(
        index_elements=["version_id", "host"],
        set_={"times": func.least(BlockedHost.times + 1, 1_000_000), "last_at": now},
        where=BlockedHost.last_at < literal(now - timedelta(minutes=1)),
    )
    db.session.execute(again)


def _place(version: VersionView) -> dict[str, object]:
    return {name: getattr(version, name) for name in ("tenant_id", "region_code", "plan_code")}


def _enter(action: str, version: VersionView, host: str) -> None:
    """Who decided it, and which host: the audit of the version's own region and plan."""
    region, plan = version.region_code, version.plan_code
    accounts.audit(action, subject=f"package_version {version.id}", reason=host, region=region, plan=plan)
