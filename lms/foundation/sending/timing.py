"""When a message may go. Codes go at once; everything else sleeps when people do."""

from datetime import datetime, time, timedelta

QUIET_FROM, QUIET_UNTIL = time(21, 0), time(8, 0)
PAUSES = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4))


def due(local: datetime) -> datetime:
    """The moment from which a message may be sent: now, or eight in the morning (local time in, local time out)."""
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return local
    morning = local.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)
    return morning if local.time() < QUIET_UNTIL else morning + timedelta(days=1)


def pause(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts failed, ever longer; None: give up."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
