"""What is inside the files of a package that its author should know before trainees do: looked at while the bytes stream by.

Nothing here refuses: content is other people's code and runs on a host of its own. The report says what will not work there.
"""

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from courses.archive import Keep
from courses.course import Finding, Level
from courses.gate.faults import shown

WHERE = "内容"
LOOKED_BYTES = 1 << 20
LOOKED_IN_ALL = 16 << 20
BIG_BYTES = 50 << 20
MOST_NAMED = 6
MOST_ADDRESSES = 2_000
_TEXTS = (".html", ".htm", ".xhtml", ".js", ".mjs", ".css", ".svg")
_PAGES = (".html", ".htm", ".xhtml")
_SCRIPTS = (".js", ".mjs")
_SHEETS = (".css",)
_FLASH = (".swf", ".flv", ".f4v")
_UNPLAYED = (".wmv", ".avi", ".mov", ".rm", ".rmvb", ".mpg", ".mpeg", ".wma", ".mkv")
_FILMS = (".mp4", ".m4v", ".webm", ".ogv")
_SOUNDS = (".mp3", ".m4a", ".ogg", ".wav", ".aac")
_CAPTIONS = (".vtt", ".srt", ".ttml", ".dfxp")
_HOST = re.compile(rb"//([a-zA-Z0-9][a-zA-Z0-9.-]{1,80}\.[a-zA-Z]{2,12})(?![a-zA-Z0-9.-])")
_SCHEMES = (b"http:", b"https:", b"ws:", b"wss:")
_ADDRESSES = (b"://",)
_BARE_ADDRESSES = (b"://", b'"//', b"'//", b"(//", b"=//")
_LOADING = re.compile(
    rb"""(?:\s(?:src|poster|data|action)\s*=|<link\b[^>]*\shref\s*=|url\(|@import)\s*["']?\s*$""", re.IGNORECASE
)
_LINK = re.compile(rb"""href\s*=\s*["']$""", re.IGNORECASE)
_IMAGES = (b"<img", b"<IMG", b"<Img")
_ALT = re.compile(rb"\salt\s*=", re.IGNORECASE)
_LEAVING = re.compile(rb"""\b(?:top|parent)\.location\b|target\s*=\s*["']?_top""", re.IGNORECASE)
_LEAVING_MARKS = (b".location", b"_top")
_WORKER = b"serviceWorker"
_MENTIONED = (
    "w3.org",
    "adlnet.gov",
    "adlnet.org",
    "imsglobal.org",
    "imsproject.org",
    "w3id.org",
    "ieee.org",
    "purl.org",
    "schemas.microsoft.com",
    "schema.org",
    "ns.adobe.com",
    "xml.org",
    "openxmlformats.org",
    "github.com",
    "mozilla.org",
    "jquery.com",
    "jquery.org",
    "jqueryui.com",
    "reactjs.org",
    "react.dev",
    "fb.me",
    "nodejs.org",
    "npmjs.com",
    "apache.org",
    "opensource.org",
    "gnu.org",
    "creativecommons.org",
    "wikipedia.org",
    "stackoverflow.com",
    "example.com",
    "example.org",
    "greensock.com",
    "ecma-international.org",
    "whatwg.org",
    "sizzlejs.com",
    "momentjs.com",
    "lodash.com",
    "underscorejs.org",
    "modernizr.com",
    "feross.org",
    "bit.ly",
    "goo.gl",
)
"""Hosts that code names in comments and namespaces without ever asking them for anything."""


@dataclass
class Look:
    """What was seen so far; `keeping` wraps a keep so that every member passes by."""

    loaded: Counter[str] = field(default_factory=Counter)
    quoted: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    images_without_alt: int = 0
    pages_with_bare_images: list[str] = field(default_factory=list)
    workers: list[str] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)
    left: int = LOOKED_IN_ALL

    def keeping(self, keep: Keep) -> Keep:
        """A keep that looks at texts on their way to `keep`."""

        def kept(path: str, stream: BinaryIO, size: int) -> str:
            if not path.lower().endswith(_TEXTS) or self.left <= 0:
                return keep(path, stream, size)
            seen = Passing(stream)
            digest = keep(path, cast(BinaryIO, seen), size)
            data = seen.begin()
            self.left -= len(data)
            self.text(path, data)
            return digest

        return kept

    def text(self, path: str, data: bytes) -> None:
        """Look at the first bytes of a page, script or style sheet."""
        script, sheet = path.lower().endswith(_SCRIPTS), path.lower().endswith(_SHEETS)
        for address in _addresses(data, _ADDRESSES if script else _BARE_ADDRESSES):
            self._host(path, data, address)
        if not sheet and _WORKER in data and b"register" in data:
            self.workers.append(path)
        if not sheet and any(mark in data for mark in _LEAVING_MARKS) and _LEAVING.search(data):
            self.leaving.append(path)
        if path.lower().endswith(_PAGES):
            self._page(path, data)

    def _host(self, path: str, data: bytes, place: int) -> None:
        """The host behind the slashes at `place`: one that the page asks for something, or one that a script holds as a word."""
        match = _HOST.match(data, place)
        begin = place - next((len(scheme) for scheme in _SCHEMES if data.endswith(scheme, 0, place)), 0)
        if match is None or (begin == place and data[place - 1 : place] == b":"):
            return
        host = match[1].decode("ascii").lower()
        if any(host == one or host.endswith(f".{one}") for one in _MENTIONED):
            return
        script = path.lower().endswith(_SCRIPTS)
        if not script and _LOADING.search(data[max(0, begin - 200) : begin]):
            seen = self.loaded
        elif (
            begin < place
            and data[begin - 1 : begin] in (b'"', b"'", b"`")
            and not _LINK.search(data[begin - 12 : begin])
        ):
            seen = self.quoted
        else:
            return
        seen[host] += 1
        self.first.setdefault(host, path)

    def _page(self, path: str, data: bytes) -> None:
        bare = sum(1 for tag in _images(data) if not _ALT.search(tag))
        if bare:
            self.images_without_alt += bare
            self.pages_with_bare_images.append(path)

    def findings(self, names: Iterable[str], sizes: dict[str, int]) -> tuple[Finding, ...]:
        """Everything that should be looked at, a line for each kind of thing."""
        paths = tuple(names)
        kinds = (
            self._abroad(self.loaded, "要从 {} 个别的网站取东西"),
            self._abroad(_others(self.quoted, self.loaded), "脚本里写着 {} 个别的网站的地址"),
            _listed(
                self.workers,
                "用了离线缓存（Service Worker），在平台上不起作用",
                "不影响联网学习；课件说能离线学的地方要改掉",
            ),
            _listed(
                self.leaving,
                "想让整个窗口跳到别处，在平台上不起作用",
                "放一遍看看有没有按了没反应的按钮；让链接在课件里面打开",
            ),
            _listed(_ending(paths, _FLASH), "是 Flash，浏览器已经放不了", "用课件软件重新发布成 HTML5"),
            _listed(_ending(paths, _UNPLAYED), "是手机浏览器放不了的视频或声音", "转成 MP4（H.264）或 MP3，再重新发布"),
            self._captions(paths),
            self._images(),
            _listed(
                [path for path in paths if sizes.get(path, 0) > BIG_BYTES],
                "超过 50 MB，手机流量打开很慢",
                "压小一点，或者单独做成视频课",
            ),
        )
        return tuple(finding for finding in kinds if finding)

    def _abroad(self, hosts: Counter[str], what: str) -> Finding | None:
        if not hosts:
            return None
        named = "、".join(f"{host}（{shown(self.first[host])}）" for host, _ in hosts.most_common(MOST_NAMED))
        mend = "平台不让课件连别的网站，从那里来的图、视频和字体会打不开；要用就放进包里再发布"
        return _warned(f"{what.format(len(hosts))}：{named}", mend)

    def _captions(self, paths: tuple[str, ...]) -> Finding | None:
        films, sounds = _ending(paths, _FILMS), _ending(paths, _SOUNDS)
        if (not films and not sounds) or _ending(paths, _CAPTIONS):
            return None
        what = f"有 {len(films)} 个视频、{len(sounds)} 段声音，没有字幕文件"
        return _warned(what, "给视频和讲解配上字幕，听不清的人也能学；字幕做在画面里的不用管")

    def _images(self) -> Finding | None:
        if not self.images_without_alt:
            return None
        what = f"有 {self.images_without_alt} 张图没有文字说明（alt），比如“{shown(self.pages_with_bare_images[0])}”里"
        return _warned(what, "在课件软件里给图片写一句替代文字，看不见图的人靠它学")


class Passing(io.RawIOBase):
    """A stream that remembers the first bytes that were read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._pieces: list[bytes] = []
        self._held = 0

    def read(self, size: int = -1) -> bytes:
        """Read on, as the stream itself would."""
        data = self._stream.read(size)
        if self._held < LOOKED_BYTES:
            self._pieces.append(data[: LOOKED_BYTES - self._held])
            self._held += len(self._pieces[-1])
        return data

    def begin(self) -> bytes:
        """What was remembered."""
        return b"".join(self._pieces)


def _addresses(data: bytes, marks: tuple[bytes, ...]) -> Iterator[int]:
    """Where the slashes of addresses stand. Searching for fixed bytes is several times as fast as one pattern for all."""
    for mark in marks:
        place = data.find(mark)
        for _ in range(MOST_ADDRESSES):
            if place < 0:
                break
            yield place + 1
            place = data.find(mark, place + 3)


def _images(data: bytes) -> Iterator[bytes]:
    """Every img tag, its first 2,000 bytes."""
    for mark in _IMAGES:
        place = data.find(mark)
        while place >= 0:
            end = data.find(b">", place, place + 2000)
            yield data[place : end if end >= 0 else place + 2000]
            place = data.find(mark, place + 4)


def _others(hosts: Counter[str], known: Counter[str]) -> Counter[str]:
    return Counter({host: count for host, count in hosts.items() if host not in known})


def _ending(paths: Iterable[str], endings: tuple[str, ...]) -> list[str]:
    return [path for path in paths if path.lower().endswith(endings)]


def _listed(paths: list[str], what: str, mend: str) -> Finding | None:
    if not paths:
        return None
    more = f"等 {len(paths)} 个文件" if len(paths) > 1 else ""
    return _warned(f"“{shown(paths[0])}”{more}{what}", mend)


def _warned(what: str, mend: str) -> Finding:
    return Finding(Level.WARNING, WHERE, what, mend)
