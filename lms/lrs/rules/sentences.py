"""A statement as a person reads it: plain words in Chinese, whoever wrote it."""

from collections.abc import Mapping
from typing import Any

from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.timestamps import parse_timestamp
from lms.lrs.rules.vocabulary import ActivityType, Extension, Verb

Json = Mapping[str, Any]
LONGEST_NAME = 60


def sentence(statement: Json) -> str:
    """What was done, without who and when: 看《荔枝怎么装箱》，从 3:10 到 4:40."""
    verb, thing = str(_of(statement, "verb").get("id", "")), _quoted(statement)
    result = _of(statement, "result")
    known = _OURS.get(verb)
    return known(thing, result) if known else f"{verb_words(statement)}{thing}{_outcome(result)}"


def verb_words(statement: Json) -> str:
    """The verb in Chinese where it says one, else in the first language it has."""
    verb = _of(statement, "verb")
    identifier = str(verb.get("id", ""))
    ours = next((word for word in Verb if word.value == identifier), None)
    return ours.words["zh-CN"] if ours else _in_chinese(verb.get("display")) or _tail(identifier)


def thing_name(statement: Json) -> str:
    """What the statement is about, by name; the end of its address where it has none."""
    target = _of(statement, "object")
    kind = target.get("objectType", "Activity")
    if kind == "StatementRef":
        return "另一条记录"
    if kind == "SubStatement":
        return "一件打算做的事"
    if kind in ("Agent", "Group"):  # whatever was kept: a list has no hash
        return str(target.get("name") or "一个人")
    return _short(_in_chinese(_of(target, "definition").get("name")) or _tail(str(target.get("id", ""))))


def person_of(statement: Json, origin: str) -> str | None:
    """The id of our person whom the statement is about; None where the actor is somebody from elsewhere."""
    account = _of(_of(statement, "actor"), "account")
    return str(account["name"]) if account.get("homePage") == origin and "name" in account else None


def actor_name(statement: Json) -> str:
    """Somebody from elsewhere, as the statement names them; an address is masked."""
    actor = _of(statement, "actor")
    if actor.get("name"):
        return _short(str(actor["name"]))
    mbox = str(actor.get("mbox", "")).removeprefix("mailto:")
    if "@" in mbox:
        return f"{mbox[:2]}…@{mbox.rpartition('@')[2]}"
    return "一个小组" if actor.get("objectType") == "Group" else "没有写名字的人"


def authority_words(statement: Json, origin: str) -> str:
    """Whose word it is: the platform's, or the key of a named system."""
    account = _of(_of(statement, "authority"), "account")
    name = str(account.get("name", ""))
    if account.get("homePage") != origin:
        return "别处"
    if name == "learning":
        return "本平台"
    return (
        f"导入的文件（{name.removeprefix('import/')[:8]}）" if name.startswith("import/") else name.rpartition("/")[0]
    )


def moment_of(statement: Json) -> Any:
    """When it happened; None where the store must say when it came."""
    try:
        return parse_timestamp(str(statement.get("timestamp", "")), "timestamp")
    except Invalid:
        return None


def clock(seconds: object) -> str:
    """A place in a lesson: 3:10, 1:02:03."""
    whole = int(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 1e6 else 0
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _played(thing: str, result: Json) -> str:
    ext = _of(result, "extensions")
    start, end = ext.get(Extension.TIME_FROM.value), ext.get(Extension.TIME_TO.value)
    return f"看了{thing}，从 {clock(start)} 到 {clock(end)}" if end is not None else f"看了{thing}"


def _paused(thing: str, result: Json) -> str:
    at = _of(result, "extensions").get(Extension.TIME.value)
    return f"看{thing}，停在 {clock(at)}" if at is not None else f"停下了{thing}"


def _completed(thing: str, result: Json) -> str:
    credited = _of(result, "extensions").get(Extension.CREDITED.value)
    return f"学完了{thing}，计入 {_spoken(credited)}" if credited is not None else f"学完了{thing}"


def _answered(thing: str, result: Json) -> str:
    told = {True: "，答对了", False: "，没答对"}.get(result.get("success"), "")  # type: ignore[arg-type]
    return f"回答了{thing}{told}"


def _judged(words: str) -> Any:
    def tell(thing: str, result: Json) -> str:
        raw = _of(result, "score").get("raw")
        return f"{words}{thing}" + (f"，{raw:g} 分" if isinstance(raw, int | float) else "")

    return tell


def _outcome(result: Json) -> str:
    told = []
    score = _of(result, "score")
    if isinstance(score.get("raw"), int | float):
        told.append(f"{score['raw']:g} 分")
    elif isinstance(score.get("scaled"), int | float):
        told.append(f"得分率 {score['scaled']:.0%}")
    if isinstance(result.get("success"), bool):
        told.append("通过了" if result["success"] else "没有通过")
    return "，" + "，".join(told) if told else ""


def _quoted(statement: Json) -> str:
    name = thing_name(statement)
    kind = _of(_of(statement, "object"), "definition").get("type")
    return f"“{name}”" if kind == ActivityType.INTERACTION.value else f"《{name}》"


def _in_chinese(words: Any) -> str:
    if not isinstance(words, Mapping) or not words:
        return ""
    tags = [tag for tag in words if str(tag).lower().startswith("zh")]
    return str(words[min(tags, key=lambda tag: tag != "zh-CN")] if tags else next(iter(words.values())))


def _of(holder: Json, name: str) -> Json:
    inner = holder.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _tail(iri: str) -> str:
    return iri.rstrip("/").rpartition("/")[2] or iri


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def _spoken(seconds: object) -> str:
    whole = int(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 1e8 else 0
    minutes, rest = divmod(whole, 60)
    return f"{minutes} 分 {rest:02} 秒" if minutes and rest else f"{minutes} 分钟" if minutes else f"{rest} 秒"


_OURS = {
    Verb.LAUNCHED.value: lambda thing, _: f"进入了{thing}",
    Verb.INITIALIZED.value: lambda thing, _: f"打开了{thing}",
    Verb.PLAYED.value: _played,
    Verb.PAUSED.value: _paused,
    Verb.COMPLETED.value: _completed,
    Verb.TERMINATED.value: lambda thing, _: f"离开了{thing}",
    Verb.ANSWERED.value: _answered,
    Verb.PASSED.value: _judged("通过了小测验"),
    Verb.FAILED.value: _judged("做了小测验，还没通过"),
}
