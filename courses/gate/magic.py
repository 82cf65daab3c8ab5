"""What a file is by its first bytes, whatever it is called, and what its author should do instead."""

from courses.course import Finding
from courses.gate.faults import COPY, EXPORT, refusal

HEAD_BYTES = 1024
_ZIP_AGAIN = "先解开，再用压缩软件选 ZIP 格式压一次；改扩展名没有用"
_TO_PDF = "在 WPS 或 Office 里另存为 PDF 再传，或者用 iSpring 等软件做成课件"
_TO_VIDEO = "视频请走“新建视频课”，和字幕、小测验一起传"
_KNOWN: tuple[tuple[bytes, str, str], ...] = (
    (b"Rar!\x1a\x07", "RAR 压缩包", _ZIP_AGAIN),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包", _ZIP_AGAIN),
    (b"\x1f\x8b", "gzip 压缩包", _ZIP_AGAIN),
    (b"BZh", "bzip2 压缩包", _ZIP_AGAIN),
    (b"\xfd7zXZ\x00", "xz 压缩包", _ZIP_AGAIN),
    (b"\x28\xb5\x2f\xfd", "zstd 压缩包", _ZIP_AGAIN),
    (b"\x04\x22\x4d\x18", "lz4 压缩包", _ZIP_AGAIN),
    (b"MSCF", "CAB 压缩包", _ZIP_AGAIN),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 或 WPS 文件（.doc、.ppt、.xls）", _TO_PDF),
    (b"{\\rtf", "写字板文件（RTF）", _TO_PDF),
    (b"MZ", "Windows 程序（.exe）", "程序不能当课件；自解压的压缩包先解开，再压成 ZIP"),
    (b"\x7fELF", "Linux 程序", EXPORT),
    (b"SQLite format 3", "数据库文件", EXPORT),
    (b"RIFF", "AVI 视频或 WAV 声音", _TO_VIDEO),
    (b"\x1a\x45\xdf\xa3", "MKV 或 WebM 视频", _TO_VIDEO),
    (b"FLV\x01", "FLV 视频", _TO_VIDEO),
    (b"\x30\x26\xb2\x75", "WMV 视频", _TO_VIDEO),
    (b"ID3", "MP3 声音", _TO_VIDEO),
    (b"CWS", "Flash 动画（.swf）", "浏览器已经放不了 Flash，用课件软件重新发布成 HTML5"),
    (b"FWS", "Flash 动画（.swf）", "浏览器已经放不了 Flash，用课件软件重新发布成 HTML5"),
    (b"\x89PNG", "图片（PNG）", "图片放进课件或 PDF 里再传"),
    (b"\xff\xd8\xff", "图片（JPG）", "图片放进课件或 PDF 里再传"),
    (b"GIF8", "图片（GIF）", "图片放进课件或 PDF 里再传"),
    (b"BM", "图片（BMP）", "图片放进课件或 PDF 里再传"),
    (b"PK\x07\x08", "分卷压缩包的一卷", "先解开，再压成一个 .zip；不要勾选“分卷”"),
    (b"PK00PK", "分卷压缩包的一卷", "先解开，再压成一个 .zip；不要勾选“分卷”"),
)


def is_zip(head: bytes) -> bool:
    """Whether a file begins as a ZIP does, an empty one among them."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_pdf(head: bytes) -> bool:
    """Whether a PDF begins within the first bytes, as readers look for it."""
    return b"%PDF-" in head


def explain(head: bytes, name: str, tail: bytes = b"") -> Finding:
    """Why a file that is neither ZIP, PDF nor text of a web page is not a package: what it is and what to send.

    `tail` are its last bytes, where they are at hand: the last piece of a split archive is known by its end alone.
    """
    if not head.strip(b"\0"):
        return refusal(
            f"“{name}”是空的，没有内容" if not head else f"“{name}”里全是空字节，多半是没有传完整", COPY, "文件"
        )
    if head[4:8] == b"ftyp":
        return refusal(f"“{name}”不是课件：它是 MP4 视频", _TO_VIDEO, "文件")
    if head[257:262] == b"ustar":
        return refusal(f"“{name}”不是课件：它是 tar 归档", _ZIP_AGAIN, "文件")
    for magic, kind, mend in _KNOWN:
        if head.startswith(magic):
            return refusal(f"“{name}”不是课件：按内容看，它是{kind}", mend, "文件")
    if b"PK\x05\x06" in tail:
        mend = "先解开，再压成一个 .zip；不要勾选“分卷”，也不要在压缩包前面加别的东西"
        return refusal(
            f"“{name}”不是完整的 ZIP：前面缺一截，或者多了别的内容，多半是分卷压缩包的最后一卷", mend, "文件"
        )
    if is_zip(head):
        return refusal(f"“{name}”不是课件：它是一个压缩包", EXPORT, "文件")
    return refusal(f"“{name}”不是能认出来的课件", "课件要 .zip（cmi5、SCORM、xAPI）、cmi5.xml、.pdf 或 .html", "文件")
