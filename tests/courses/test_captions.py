"""Captions as authors really save them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.course import Cue, Level, Refused
from courses.video.captions import check_length, parse, write_captions

VTT = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.500\n荔枝怎么装箱\n\n00:04.000 --> 00:06.000 align:start\n先<b>预冷</b>，再装 &amp; 封口\n"


def whats(data: bytes) -> list[str]:
    return [finding.what for finding in parse(data)[1] if finding.level is Level.WARNING]


def test_cues_are_words_with_times() -> None:
    """Sabotage: keep the markup."""
    cues, findings = parse(VTT.encode())
    assert cues == (Cue(1000, 3500, "荔枝怎么装箱"), Cue(4000, 6000, "先预冷，再装 & 封口"))
    assert findings[0].what == "2 句，最后一句到 0 分 06 秒"


@pytest.mark.parametrize(
    "data",
    [
        VTT.encode("utf-8-sig"),
        VTT.replace("\n", "\r\n").encode(),
        VTT.replace("\n", "\r").encode(),
        VTT.encode("utf-16"),
    ],
)
def test_marks_and_line_ends_do_not_matter(data: bytes) -> None:
    """Sabotage: decode with plain utf-8, or split at \\n alone."""
    assert parse(data)[0] == parse(VTT.encode())[0]
    assert not whats(data)


def test_gbk_is_read_and_said() -> None:
    """Sabotage: drop the second decoding."""
    assert parse(VTT.encode("gbk"))[0][0].text == "荔枝怎么装箱"
    assert whats(VTT.encode("gbk")) == ["文件是 GBK 编码，已经转好了"]


def test_srt_is_read_and_said() -> None:
    srt = "1\r\n00:00:01,000 --> 00:00:03,500\r\n荔枝\r\n\r\n2\r\n00:00:04,000 --> 00:00:05,000\r\n装箱\r\n"
    assert len(parse(srt.encode())[0]) == 2
    assert "SRT" in whats(srt.encode())[0]


def test_overlap_disorder_and_no_length_are_warnings() -> None:
    """Sabotage: refuse them, or say nothing."""
    text = "WEBVTT\n\n00:05.000 --> 00:09.000\n二\n\n00:01.000 --> 00:06.000\n一\n\n00:10.000 --> 00:10.000\n三\n"
    cues, _ = parse(text.encode())
    assert [cue.text for cue in cues] == ["一", "二"]
    found = whats(text.encode())
    assert [any(word in what for what in found) for word in ("先后乱了", "叠在一起", "结束时间不在")] == [True] * 3


@pytest.mark.parametrize(
    "data",
    [b"WEBVTT\n", b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "你好".encode(), b"PK\x03\x04\xff\xfe\x81", b"\x00" * 50],
)
def test_nothing_to_show_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        parse(data)
    assert refusal.value.findings[0].mend


def test_notes_and_styles_are_not_words() -> None:
    text = (
        "WEBVTT\n\nNOTE 00:01.000 --> 00:02.000\n删掉\n\nSTYLE\n::cue { color: red }\n\n00:01.000 --> 00:02.000\n留下\n"
    )
    assert [cue.text for cue in parse(text.encode())[0]] == ["留下"]


def test_captions_of_another_video_are_told() -> None:
    cues = (Cue(0, 1000, "一"), Cue(700_000, 701_000, "二"))
    assert "排在视频结束之后" in check_length(cues, 600_000)[0].what
    assert "没有字幕" in check_length(cues[:1], 600_000)[0].what
    assert check_length(cues, 702_000) == ()


def test_markup_of_an_author_never_comes_out() -> None:
    """Sabotage: write cue text without escaping."""
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n&lt;script&gt;alert(1)&lt;/script&gt;\n"
    assert "<script" not in write_captions(parse(text.encode())[0])


@given(
    st.binary(max_size=400)
    | st.text(max_size=200).map(lambda text: f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}".encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    """Sabotage: let any other exception out of parse()."""
    try:
        cues, _ = parse(data)
    except Refused as refusal:
        assert all(finding.what and finding.mend for finding in refusal.findings)
        return
    assert cues
    assert all(cue.start_ms < cue.end_ms and cue.text for cue in cues)
    assert parse(write_captions(cues).encode())[0] == cues
