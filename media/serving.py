"""How a file is answered over HTTP: whole, in part, or not at all (RFC 9110 §13–14). Pure: no Flask, no clock."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

CHUNK = 256 * 1024
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*")
# Fixed, and without a charset where the file names its own: half of all Chinese packages are written in GB2312.
_TYPES = {
    ".aac": "audio/aac",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".css": "text/css",
    ".csv": "text/csv",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".dtd": "application/xml-dtd",
    ".eot": "application/vnd.ms-fontobject",
    ".gif": "image/gif",
    ".htm": "text/html",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4a": "audio/mp4",
    ".m4s": "video/iso.segment",
    ".m4v": "video/mp4",
    ".map": "application/json",
    ".mjs": "text/javascript",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".otf": "font/otf",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".srt": "text/plain",
    ".svg": "image/svg+xml",
    ".swf": "application/x-shockwave-flash",
    ".ts": "video/mp2t",
    ".ttf": "font/ttf",
    ".txt": "text/plain",
    ".vtt": "text/vtt; charset=utf-8",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
    ".webm": "video/webm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xhtml": "application/xhtml+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "text/xml",
    ".xsd": "text/xml",
    ".xsl": "text/xsl",
    ".zip": "application/zip",
}


@dataclass(frozen=True)
class Wanted:
    """What a request asks for: its method and three headers, each empty when absent."""

    method: str = "GET"
    range: str = ""
    if_range: str = ""
    if_none_match: str = ""


@dataclass(frozen=True)
class Answer:
    """Status, headers and the bytes (an iterator that closes the file, also when nobody reads on)."""

    status: int
    headers: dict[str, str]
    body: Iterator[bytes] = field(default_factory=lambda: iter(()))


Opener = Callable[[int, int], BinaryIO]


def type_of(key: str) -> str:
    """The media type of a key, from a fixed table; never guessed from content."""
    return _TYPES.get(key[key.rfind(".") :].lower(), "application/octet-stream")


def respond(wanted: Wanted, size: int, etag: str, content_type: str, opener: Opener) -> Answer:
    """Answer a request for a file of `size` bytes whose strong `etag` (without quotes) names its content.

    `opener(start, length)` gives a stream that begins at `start`. Several ranges at once are answered whole (§14.2 allows it).
    """
    if wanted.method not in {"GET", "HEAD"}:
        return Answer(405, {"Allow": "GET, HEAD", "Content-Length": "0"})
    if _matches(wanted.if_none_match, etag):
        return Answer(304, {"ETag": f'"{etag}"'})
    span = _span(wanted, size, etag)
    if span is None:
        return Answer(416, {"Content-Range": f"bytes */{size}", "Content-Length": "0"})
    headers = {"ETag": f'"{etag}"', "Accept-Ranges": "bytes", "Content-Type": content_type}
    headers["Content-Length"] = str(span.length)
    if span.partial:
        headers["Content-Range"] = f"bytes {span.start}-{span.start + span.length - 1}/{size}"
    silent = wanted.method == "HEAD" or not span.length
    body: Iterator[bytes] = iter(()) if silent else read(opener(span.start, span.length), span.length)
    return Answer(206 if span.partial else 200, headers, body)


def read(stream: BinaryIO, length: int) -> Iterator[bytes]:
    """At most `length` bytes of a stream, in pieces; closes it at the end, or when the reader goes away."""
    return _Reader(stream, length)


class _Reader:
    """An iterator with close(): WSGI servers call it even when they never began to read."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream, self._left = stream, length

    def __iter__(self) -> "_Reader":
        return self

    def __next__(self) -> bytes:
        chunk = self._stream.read(min(CHUNK, self._left)) if self._left else b""
        if not chunk:
            self.close()
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._stream.close()


@dataclass(frozen=True)
class _Span:
    start: int
    length: int
    partial: bool = True


def _span(wanted: Wanted, size: int, etag: str) -> _Span | None:
    """What to send; None when the range lies outside the file. A header that is no range at all is ignored (§14.2)."""
    whole = _Span(0, size, partial=False)
    asked = _RANGE.fullmatch(wanted.range) if _fresh(wanted.if_range, etag) else None
    if asked is None:
        return whole
    first, last = asked.groups()
    if first:
        return _from(int(first), int(last) if last else size, size, whole)
    if not last:
        return whole
    length = min(int(last), size)
    return _Span(size - length, length) if length else None


def _from(start: int, last: int, size: int, whole: _Span) -> _Span | None:
    if last < start < size:
        return whole
    return _Span(start, min(last, size - 1) - start + 1) if start < size else None


def _fresh(if_range: str, etag: str) -> bool:
    """If-Range: the part is wanted only of this very content. Dates are weak here, so they never match."""
    return not if_range or if_range.strip() == f'"{etag}"'


def _matches(if_none_match: str, etag: str) -> bool:
    names = [name.strip().removeprefix("W/") for name in if_none_match.split(",")]
    return f'"{etag}"' in names or "*" in names
