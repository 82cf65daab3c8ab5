"""How a file is answered."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.serving import Answer, Wanted, respond, type_of

DATA = bytes(range(256)) * 4
ETAG = "ab12"


def answer(**wanted: str) -> Answer:
    return respond(Wanted(**wanted), len(DATA), ETAG, "video/mp4", lambda start, length: io.BytesIO(DATA[start:]))


def test_the_whole_file() -> None:
    whole = answer()
    assert whole.status == 200
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Content-Length"] == "1024"
    assert b"".join(whole.body) == DATA


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=1000-", 1000, 1023),
        ("bytes=-24", 1000, 1023),
        ("bytes=-9999", 0, 1023),
        ("bytes=500-99999", 500, 1023),
        ("bytes=0-", 0, 1023),
    ],
)
def test_a_part(asked: str, start: int, end: int) -> None:
    """iPhones begin with bytes=0-1 and play nothing without a 206. Sabotage: answer 200, or one byte too few."""
    part = answer(range=asked)
    assert part.status == 206
    assert part.headers["Content-Range"] == f"bytes {start}-{end}/1024"
    assert b"".join(part.body) == DATA[start : end + 1]


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_outside_the_file(asked: str) -> None:
    """Sabotage: answer 200 for a start past the end."""
    refused = answer(range=asked)
    assert (refused.status, refused.headers["Content-Range"]) == (416, "bytes */1024")


@pytest.mark.parametrize(
    "asked", ["bytes=9-2", "lines=0-5", "bytes=a-b", "bytes=0-1,4-5", "bytes=-", "bytes", "bytes=" + "9" * 5000 + "-"]
)
def test_what_is_no_range_is_ignored(asked: str) -> None:
    assert answer(range=asked).status == 200


def test_if_range_of_another_content_gets_the_whole_file() -> None:
    """Sabotage: ignore If-Range: a phone would glue two versions together."""
    assert answer(range="bytes=5-9", if_range='"other"').status == 200
    assert answer(range="bytes=5-9", if_range=f'"{ETAG}"').status == 206
    assert answer(range="bytes=5-9", if_range="Sun, 22 Nov 2026 10:00:00 GMT").status == 200


def test_head_tells_the_length_and_sends_nothing() -> None:
    head = answer(method="HEAD")
    assert (head.status, head.headers["Content-Length"], list(head.body)) == (200, "1024", [])


def test_known_content_is_not_sent_again() -> None:
    assert answer(if_none_match=f'W/"x", "{ETAG}"').status == 304
    assert answer(if_none_match='"x"').status == 200


def test_other_methods_are_refused() -> None:
    assert answer(method="PUT").status == 405


def test_the_file_is_closed_when_nobody_reads() -> None:
    """Sabotage: a generator body: its close() does nothing before the first read, and files stay open."""
    stream = io.BytesIO(DATA)
    body = respond(Wanted(), 1024, ETAG, "video/mp4", lambda start, length: stream).body
    body.close()  # type: ignore[attr-defined]
    assert stream.closed


def test_types_come_from_a_table() -> None:
    assert type_of("sha256/ab/x.mp4") == "video/mp4"
    assert type_of("sha256/ab/x.html") == "text/html"
    assert type_of("sha256/ab/x.exe") == "application/octet-stream"


@given(st.text(max_size=40) | st.builds("bytes={}-{}".format, st.integers(0, 3000), st.integers(0, 3000)))
def test_any_range_header_gives_an_honest_answer(asked: str) -> None:
    given_back = answer(range=asked)
    body = b"".join(given_back.body)
    assert given_back.status in {200, 206, 416}
    assert len(body) == int(given_back.headers["Content-Length"])
    if given_back.status == 206:
        start = int(given_back.headers["Content-Range"].split(" ")[1].split("-")[0])
        assert body == DATA[start : start + len(body)]
