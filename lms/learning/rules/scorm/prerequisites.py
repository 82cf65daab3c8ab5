"""Prerequisites of SCORM 1.2 (adlcp:prerequisites, the AICC script): which items must be learnt before this one.

`S1 & S2`, `S1 | ~S2`, `S1 = "passed"`, `S1 <> "failed"`, `2 * {S1, S2, S3}`, brackets. See SCORM 1.2 CAM 2.3.2.5.2.1.
"""

import re
from collections.abc import Callable, Mapping

Statuses = Mapping[str, str]
_Test = Callable[[Statuses], bool]

_TOKEN = re.compile(r'\s*(?:(<>|[&|~=(){},*])|"([^"]*)"|([^\s&|~=<>(){},*"]+))')
_LEARNT = frozenset({"passed", "completed"})
# As the AICC script abbreviates them.
_SHORT = {"p": "passed", "c": "completed", "b": "browsed", "f": "failed", "n": "not attempted", "i": "incomplete"}
_DEEPEST = 40


class Unreadable(Exception):
    """What stands in the manifest is no expression."""


def met(expression: str, statuses: Statuses) -> bool:
    """Whether the items are learnt that an expression asks for; `statuses` are lesson_status words by the id of the item.

    An expression that cannot be read asks for nothing: nobody is locked out by a slip in a manifest.
    """
    try:
        return _Parser(expression).whole()(statuses) if expression.strip() else True
    except Unreadable:
        return True


def named(expression: str) -> tuple[str, ...]:
    """The items that an expression names, each once, in its order."""
    words = [token[2] for token in _TOKEN.findall(expression) if token[2] and not token[2].isdecimal()]
    return tuple(dict.fromkeys(words))


class _Parser:
    """Recursive descent: or, and, not, comparison."""

    def __init__(self, expression: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(expression.rstrip()):
            match = _TOKEN.match(expression, place)
            if match is None:
                raise Unreadable
            kind = "sign" if match[1] else "text" if match[2] is not None else "word"
            self._tokens.append((kind, match[match.lastindex or 0]))
            place = match.end()
        self._at, self._depth = 0, 0

    def whole(self) -> _Test:
        test = self._either()
        if self._at < len(self._tokens):
            raise Unreadable
        return test

    def _either(self) -> _Test:
        tests = [self._both()]
        while self._take("|"):
            tests.append(self._both())
        return lambda statuses: any(test(statuses) for test in tests)

    def _both(self) -> _Test:
        tests = [self._one()]
        while self._take("&"):
            tests.append(self._one())
        return lambda statuses: all(test(statuses) for test in tests)

    def _one(self) -> _Test:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unreadable
        try:
            if self._take("~"):
                inner = self._one()
                return lambda statuses: not inner(statuses)
            if self._take("("):
                inner = self._either()
                self._expect(")")
                return inner
            return self._some_of() if self._peek(1) == ("sign", "*") else self._item()
        finally:
            self._depth -= 1

    def _some_of(self) -> _Test:
        count = self._word()
        if not count.isdecimal() or len(count) > 4:
            raise Unreadable
        self._expect("*")
        self._expect("{")
        tests = [self._either()]
        while self._take(","):
            tests.append(self._either())
        self._expect("}")
        return lambda statuses: sum(test(statuses) for test in tests) >= int(count)

    def _item(self) -> _Test:
        item = self._word()
        if self._take("="):
            wanted = self._status()
            return lambda statuses: statuses.get(item, "not attempted") == wanted
        if self._take("<>"):
            wanted = self._status()
            return lambda statuses: statuses.get(item, "not attempted") != wanted
        return lambda statuses: statuses.get(item, "not attempted") in _LEARNT

    def _status(self) -> str:
        kind, value = self._next()
        if kind == "sign":
            raise Unreadable
        word = value.strip().lower()
        return _SHORT.get(word[:1], word) if len(word) == 1 else word

    def _word(self) -> str:
        kind, value = self._next()
        if kind != "word":
            raise Unreadable
        return value

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise Unreadable
        self._at += 1
        return self._tokens[self._at - 1]

    def _peek(self, ahead: int = 0) -> tuple[str, str] | None:
        place = self._at + ahead
        return self._tokens[place] if place < len(self._tokens) else None

    def _take(self, sign: str) -> bool:
        if self._peek() != ("sign", sign):
            return False
        self._at += 1
        return True

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise Unreadable
