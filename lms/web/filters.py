"""How time, size and people are written on a page."""

from datetime import date, datetime

from flask import Flask

from lms.foundation import clock

WEEKDAYS = "一二三四五六日"


def init_app(app: Flask) -> None:
    """Give the templates their filters."""
    for write in (clock_time, minutes, moment, day, weekday, megabytes, class_hours, spoken):
        app.jinja_env.filters[write.__name__] = write


def clock_time(ms: int) -> str:
    """A place in a lesson: 3:05, or 1:02:03."""
    hours, rest = divmod(ms // 1000, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def minutes(ms: int) -> int:
    """Whole minutes, as the pages count them."""
    return ms // 60_000


def spoken(ms: int) -> str:
    """A length as one says it: 6 分 48 秒, 1 小时 09 分, 12 分钟."""
    hours, rest = divmod(ms // 1000, 3600)
    whole, seconds = divmod(rest, 60)
    if hours:
        return f"{hours} 小时 {whole:02} 分" if whole else f"{hours} 小时"
    if whole and seconds:
        return f"{whole} 分 {seconds:02} 秒"
    return f"{whole} 分钟" if whole else f"{seconds} 秒"


def moment(when: datetime) -> str:
    """11月22日 20:40, in Guangdong."""
    local = clock.local(when)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def day(when: date) -> str:
    """11月22日; with the year where it is another one."""
    text = f"{when.month}月{when.day}日"
    return text if when.year == clock.today().year else f"{when.year}年{text}"


def weekday(when: date) -> str:
    """周日."""
    return "周" + WEEKDAYS[when.weekday()]


def megabytes(size: int) -> str:
    """9 MB; below one, in kB."""
    return f"{round(size / 1e6)} MB" if size >= 950_000 else f"{max(1, round(size / 1e3))} kB"


def class_hours(ms: int, seconds: int = 2700) -> int:
    """Whole class hours (学时) in credited milliseconds."""
    return ms // (seconds * 1000)
