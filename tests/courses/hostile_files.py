"""Hostile uploads that are files of another kind, documents, or content that would do harm where it runs."""

from collections.abc import Iterator

from tests.courses import pdfs
from tests.courses.hostile_case import CMI5, INDEX, PAGE, ZEROS, Case, good, zipped
from tests.courses.manifests import cmi5, scorm12
from tests.courses.zips import Entry, build


def cases() -> list[Case]:
    """Everything that is hostile by what its files are."""
    return [*_bytes(), *_disguises(), *_documents(), *_contents()]


def _bytes() -> Iterator[Case]:
    """Files that other programs name `.zip`, or that are archives of something else."""
    for what, head in (
        ("RAR 4", b"Rar!\x1a\x07\0"),
        ("RAR 5", b"Rar!\x1a\x07\x01\0"),
        ("7z", b"7z\xbc\xaf\x27\x1c\0\x04"),
        ("gzip", b"\x1f\x8b\x08\0"),
        ("bzip2", b"BZh91AY"),
        ("xz", b"\xfd7zXZ\0"),
        ("zstd", b"\x28\xb5\x2f\xfd"),
        ("lz4", b"\x04\x22\x4d\x18"),
        ("CAB", b"MSCF\0\0"),
        ("Office", b"\xd0\xcf\x11\xe0\xa1\xb1"),
        ("RTF", b"{\\rtf1"),
        ("Windows", b"MZ\x90\0"),
        ("Linux", b"\x7fELF"),
        ("数据库", b"SQLite format 3\0"),
        ("AVI", b"RIFF\0\0\0\0AVI "),
        ("WebM", b"\x1a\x45\xdf\xa3"),
        ("FLV", b"FLV\x01"),
        ("WMV", b"\x30\x26\xb2\x75"),
        ("MP3", b"ID3\x03"),
        ("Flash", b"CWS\x09"),
        ("PNG", b"\x89PNG\r\n"),
        ("JPG", b"\xff\xd8\xff\xe0"),
        ("GIF", b"GIF89a"),
        ("BMP", b"BM\0\0"),
        ("MP4", b"\0\0\0\x18ftypmp42"),
    ):
        yield Case(f"{what} named .zip", lambda head=head: head + bytes(range(1, 200)) * 3, what.split()[0])  # type: ignore[misc]
    yield Case("tar named .zip", lambda: b"a".ljust(257, b"\0") + b"ustar\0" + bytes(250), "tar")
    yield Case("nothing", lambda: b"", "空的")
    yield Case("zeros", lambda: bytes(5000), "空字节")
    yield Case("noise", lambda: bytes((n * 73 + 41) % 251 + 1 for n in range(4000)), "认出来")
    yield Case("words", lambda: "这是一份说明".encode() * 50, "认出来")
    yield Case("Markdown", lambda: b"# Title\n\ntext", "认出来", "course.md")
    yield Case("JSON", lambda: b'{"a": 1}', "认出来", "course.json")
    yield Case("a page named .zip", lambda: PAGE, "认出来")


def _disguises() -> Iterator[Case]:
    opc = Entry("[Content_Types].xml", b"<Types/>")
    for mark, says in (
        ("ppt/presentation.xml", "PowerPoint"),
        ("word/document.xml", "Word"),
        ("xl/workbook.xml", "Excel"),
        ("story/story.xml", "Storyline"),
        ("h5p.json", "H5P"),
        ("contentv3.xml", "eXeLearning"),
        ("AndroidManifest.xml", "安卓"),
        ("moodle_backup.xml", "Moodle"),
        ("META-INF/container.xml", "电子书"),
        ("META-INF/MANIFEST.MF", "Java"),
        ("content.xml", "WPS"),
    ):
        yield Case(f"{says} named .zip", lambda mark=mark: build([opc, Entry(mark, b"<x/>")]), says)  # type: ignore[misc]
    yield Case("AICC", lambda: build([Entry(f"course.{one}", b"[x]") for one in ("crs", "au", "des", "cst")]), "AICC")
    yield Case("a ZIP in a ZIP", lambda: build([Entry("课件.zip", good(), method=0)]), "还是压缩包")
    yield Case(
        "a manifest too deep",
        lambda: build([Entry("a/b/cmi5.xml", cmi5().encode()), Entry("c/x.html", PAGE)]),
        "不在最外层",
    )
    yield Case("pages without a first", lambda: build([Entry("a.html", PAGE), Entry("b.html", PAGE)]), "没有清单")
    yield Case("pictures alone", lambda: build([Entry("a.png", b"x"), Entry("b.png", b"y")]), "没有清单")
    yield Case("a project file", lambda: build([Entry("course.cptx", b"x"), Entry("notes.txt", b"y")]), "工程文件")


def _documents() -> Iterator[Case]:
    upload = "讲义.pdf"
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/O(" + b"x" * 32 + b")/U(" + b"y" * 32 + b")/P -4>>/ID[(a)(b)]"
    yield Case("a PDF with a password", lambda: pdfs.pages(2, trailer=lock), "密码", upload)
    yield Case("a PDF cut off", lambda: pdfs.pages(3)[:120], "打不开", upload)
    yield Case("a PDF of nothing", lambda: b"%PDF-1.7\n%%EOF", "打不开", upload)
    yield Case("a PDF without pages", lambda: pdfs.pages(0), "一页也没有", upload)
    yield Case("a PDF that says 9 pages and has none", lambda: pdfs.pages(0, said=9), "一页也没有", upload)
    tree = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 9/Kids[2 0 R 3 0 R]>>",
        b"<</Type/Pages/Kids[2 0 R]>>",
    ]
    yield Case("a PDF whose pages are in a ring", lambda: pdfs.pdf(tree), "一页也没有", upload)
    yield Case("a PDF of 6,000 pages", lambda: pdfs.pages(6000), "太多了", upload)
    yield Case(
        "a PDF within PDF arrays",
        lambda: pdfs.pdf([b"<</Type/Catalog/Pages " + b"[" * 5000 + b"]" * 5000 + b">>"]),
        "PDF",
        upload,
    )
    yield Case(
        "a PDF that runs scripts",
        lambda: pdfs.pages(2, b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"),
        "",
        upload,
    )
    yield Case("a PDF that starts programs", lambda: pdfs.pages(2, b"/OpenAction<</S/Launch/F(cmd.exe)>>"), "", upload)


def _contents() -> Iterator[Case]:
    """Content that would do harm where it runs; on the way in it is only bytes."""
    pages = {
        "a service worker": b"<script>navigator.serviceWorker.register('/sw.js')</script>",
        "a way out of the frame": b"<script>top.location='https://evil.example.cn'</script>",
        "a form to the platform": b"<form action='/admin/people' method=post target=_top><input name=x></form>",
        "a flood of messages": b"<script>for(;;)parent.postMessage('x','*')</script>",
        "a miner": b"<script>WebAssembly.instantiate(new Uint8Array(9))</script>",
        "a frame of the platform": b"<iframe src='/login'></iframe>",
        "cookies": b"<script>document.cookie='__Host-sid=1;path=/'</script>",
        "half a tag": b"<img src=x onerror=alert(1) <svg/onload=alert(2)",
    }
    for what, page in pages.items():
        yield Case(f"content: {what}", lambda page=page: build([CMI5, Entry("index.html", page)]))  # type: ignore[misc]
    names = [
        "shell.php",
        ".htaccess",
        "web.config",
        "x.svg",
        "photo.jpg.html",
        "CON",
        "nul.txt",
        "aux/prn.html",
        "$(touch x).html",
        "; rm -rf x",
        "-rf",
        "`id`.html",
        "a'b\"c.html",
        "<script>alert(1)</script>.html",
        "{{7*7}}.html",
        "${jndi}.html",
        ".git/config",
        "a.html::$DATA",
        "setup.exe",
        "inner.zip",
        "a.html.",
        "b ",
        "%00.html%",
        "100%.html",
        "文件 名.html",
        "=cmd|x.csv",
    ]
    for name in names:
        yield zipped(f"content named {name}", "走到课件外面" if "%00" in name else "", Entry(name, PAGE))
    yield Case(
        "content: a bomb in a ZIP in the package",
        lambda: good(Entry("inner.zip", build([Entry("z", ZEROS[: 20 << 20])]), method=0)),
    )
    yield Case(
        "content: a title that is a script",
        lambda: build([Entry("cmi5.xml", cmi5(title="<script>alert(1)</script>").encode()), INDEX]),
    )
    yield Case(
        "content: a title of 100 kB", lambda: build([Entry("cmi5.xml", cmi5(title="课" * 50_000).encode()), INDEX])
    )
    yield Case("content: XInclude", lambda: build([Entry("imsmanifest.xml", _xincluding()), INDEX]))


def _xincluding() -> bytes:
    inside = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    return scorm12().replace("<metadata>", f"<metadata>{inside}").encode()
