"""The blueprint of the pages about learning records."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint

from lms.foundation import clock
from lms.foundation.permissions import Permission
from lms.foundation.principal import current

pages = Blueprint("records", __name__)


@dataclass(frozen=True)
class Entry:
    """A way on from the page of records."""

    words: str
    icon: str
    endpoint: str
    needs: Permission


MENU = (
    Entry("导入记录", "upload", "records.imports", Permission.RECORD_EXCHANGE),
    Entry("转发记录", "next", "records.forwardings", Permission.RECORD_EXCHANGE),
    Entry("接口密钥", "lock", "records.keys", Permission.LRS_KEY_MANAGE),
)


@pages.app_template_filter("clock_of_day")
def clock_of_day(moment: datetime) -> str:
    """20:40, in Guangdong."""
    return f"{clock.local(moment):%H:%M}"


@pages.context_processor
def _menu() -> dict[str, object]:
    return {"record_menu": [entry for entry in MENU if current().may(entry.needs)]}
