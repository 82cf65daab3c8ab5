"""What is sent to hurt: a megabyte is refused or taken in well under 50 ms, and never crashes."""

from contextlib import suppress
from time import process_time

import pytest

from lms.lrs.rules.multipart import split
from lms.lrs.rules.parameters import question
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.statement import read_statements
from lms.lrs.rules.versions import Version

START = b'{"actor":{"mbox":"mailto:a@example.cn"},"verb":{"id":"https://example.cn/v"},"object":{"id":"https://example.cn/o"'
MILLION = 1_000_000
CASES = {
    "deep arrays": b"[" * MILLION,
    "deep objects": b'{"actor":' * 110_000,
    "deep extensions": START + b',"definition":{"extensions":{"https://e.cn/x":' + b"[" * 400_000 + b"]" * 400_000 + b"}}}}",
    "long IRI that fails at the end": START.replace(b"/o", b"/" + b"%28" * 330_000 + b" ") + b"}}",
    "long scheme": START.replace(b"https://example.cn/o", b"a" * MILLION) + b"}}",
    "long mailto": START.replace(b"a@example.cn", b"a" * MILLION) + b"}}",
    "mailto of at signs": START.replace(b"a@example.cn", b"@" * MILLION) + b"}}",
    "duration of digits": START + b'},"result":{"duration":"P' + b"1" * MILLION + b'"}}',
    "duration of dots": START + b'},"result":{"duration":"P' + b"1." * 500_000 + b'"}}',
    "timestamp of digits": START + b'},"timestamp":"2026-01-01T00:00:00.' + b"1" * MILLION + b'Z"}',
    "language of hyphens": START + b'},"context":{"language":"zh' + b"-a" * 500_000 + b'!"}}',
    "media type": START + b'},"attachments":[{"usageType":"https://e.cn","display":{},"contentType":"a/'
    + b"b" * MILLION + b' ","length":1,"sha2":"' + b"a" * 64 + b'"}]}',
    "lone surrogate": START + b'},"context":{"platform":"\\ud800"}}',
    "bad UTF-8": START + b'},"context":{"platform":"\xff\xfe"}}',
    "bad UTF-8 in the object": START + b',"definition":{"type":"https://e.cn/\xff"}}}',
    "not JSON": b"\x00" * MILLION,
    "nothing": b"",
    "huge number": START + b'},"result":{"score":{"raw":' + b"9" * MILLION + b"}}}",
}  # fmt: skip


def refused_in(body: bytes) -> float:
    """Seconds of processor time; the least of a few is ours, the rest the machine's (a collection, a cold cache)."""
    begun = process_time()
    with pytest.raises(Invalid):
        read_statements(body, Version.V2_0_0)
    return process_time() - begun


@pytest.mark.parametrize("name", CASES)
def test_is_refused_in_time(name: str) -> None:
    """Sabotage: write the IRI rule with nested quantifiers, `(?:a|b)+(?:a|b)*` (the test then hangs)."""
    assert min(refused_in(CASES[name]) for _ in range(5)) < 0.05


def test_a_hundred_thousand_extensions_are_read_in_time() -> None:
    """Sabotage: check each key against all others."""
    extensions = b",".join(b'"https://example.cn/x/%d":null' % place for place in range(30_000))

    def spent() -> float:
        begun = process_time()
        read_statements(START + b',"definition":{"extensions":{' + extensions + b"}}}}", Version.V2_0_0)
        return process_time() - begun

    assert min(spent() for _ in range(3)) < 0.1


PART = b"--b\r\nContent-Type: application/json\r\n\r\n{}\r\n"
BODIES = {
    "boundaries alone": b"--b\r\n" * 200_000 + b"--b--",
    "parts without end": PART * 20_000,
    "headers without end": b"--b\r\n" + b"X: y\r\n" * 160_000 + b"\r\n{}\r\n--b--",
    "one long header": b"--b\r\nX: " + b"y" * MILLION + b"\r\n\r\n{}\r\n--b--",
    "hyphens": b"-" * MILLION,
    "line ends": b"\r\n" * 500_000,
    "folded header": b"--b\r\nX: y" + b"\r\n " * 300_000 + b"\r\n\r\n{}\r\n--b--",
}


@pytest.mark.parametrize("name", BODIES)
def test_multipart_is_read_or_refused_in_time(name: str) -> None:
    """Sabotage: look for the boundary from the start again after each part."""

    def spent() -> float:
        begun = process_time()
        with suppress(Invalid):
            split(BODIES[name], "b")
        return process_time() - begun

    assert min(spent() for _ in range(3)) < 0.05


@pytest.mark.parametrize(
    "text", ["[" * 8000, "{" * 8000, '{"mbox":' * 1000, '{"mbox":"mailto:' + "@" * 7000 + '"}', "\x00", "é"]
)
def test_hostile_parameters(text: str) -> None:
    """Sabotage: let RecursionError out of read_agent."""
    for name in ("agent", "verb", "registration", "since", "limit", "cursor"):
        with pytest.raises(Invalid):
            question({name: text})
