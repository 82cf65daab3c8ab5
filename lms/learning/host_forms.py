"""What browsers send to the content host and administrators type about hosts abroad, turned into plain data."""

import msgspec
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from lms.learning.rules import isolation

LARGEST_REPORT = 64_000


class _Report(msgspec.Struct, rename="kebab"):
    blocked_uri: str = ""
    effective_directive: str = ""
    violated_directive: str = ""


class _Reported(msgspec.Struct, rename="kebab"):
    csp_report: _Report


_read = msgspec.json.Decoder(_Reported)


def stopped_by_policy(body: bytes) -> tuple[str, str] | None:
    """Host and directive of a browser's report of what a policy stopped; None where it names no https host."""
    try:
        told = _read.decode(body[:LARGEST_REPORT]).csp_report
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    host = isolation.host_of(told.blocked_uri) if "://" in told.blocked_uri else None
    return (host, (told.effective_directive or told.violated_directive).split(" ")[0][:40]) if host else None


class HostForm(FlaskForm):
    """A host abroad."""

    host = StringField("网站", [InputRequired("写上网站名，例如 player.example.com"), Length(max=300)])
