"""What a preview says of itself is kept in its launch and dies with it; nothing else ever reads it."""

from typing import Any

import msgspec
from sqlalchemy import select, update

from lms.foundation.database import db
from lms.learning.models import Launch
from lms.learning.queries.launches import LaunchView
from lms.learning.rules.scorm.commits import State

_NAME = "scorm"


def read(launch: LaunchView) -> State | None:
    """The attempt of a preview, its launch locked; None where nothing was said yet."""
    query = select(Launch.scratch[_NAME]).where(Launch.id == launch.id).with_for_update()
    kept: Any = db.session.scalar(query)
    return None if kept is None else msgspec.convert(kept, State)


def keep(launch: LaunchView, state: State) -> None:
    """Write the attempt of a preview."""
    values = {_NAME: msgspec.to_builtins(state)}
    db.session.execute(update(Launch).where(Launch.id == launch.id).values(scratch=values))
