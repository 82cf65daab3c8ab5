"""Which kind of package an archive is, by the files at its top; and which files of other programs are sent in by mistake."""

from collections.abc import Sequence

from courses.course import Finding, Format
from courses.gate.faults import EXPORT, refusal, shown

_MANIFESTS = (("cmi5.xml", Format.CMI5), ("imsmanifest.xml", Format.SCORM_12), ("tincan.xml", Format.TINCAN))
_OFFICE = "在 WPS 或 Office 里另存为 PDF 再传，或者用 iSpring 等软件做成课件"
_FOREIGN = (
    (
        "h5p.json",
        "H5P 的源文件（.h5p），少了播放它的程序，单独放不了",
        "在 Lumi 等软件里打开，导出为 SCORM 包或者单个 HTML 再传",
    ),
    ("ppt/presentation.xml", "PowerPoint 演示文稿（.pptx）", _OFFICE),
    ("word/document.xml", "Word 文档（.docx）", _OFFICE),
    ("xl/workbook.xml", "Excel 表格（.xlsx）", _OFFICE),
    (
        "story/story.xml",
        "Storyline 的工程文件（.story）",
        "在 Storyline 里点“发布”，选 LMS（SCORM 或 cmi5），传它生成的 .zip",
    ),
    ("contentv3.xml", "eXeLearning 的工程文件（.elp）", "在 eXeLearning 里导出为 SCORM 包再传"),
    ("content.xml", "eXeLearning 或 WPS 的工程文件", "在原来的软件里导出为 SCORM 包或 PDF 再传"),
    ("AndroidManifest.xml", "安卓应用（.apk）", "应用不能当课件，传课件软件发布的 .zip"),
    ("moodle_backup.xml", "Moodle 的课程备份（.mbz）", "在 Moodle 里找到原来的 SCORM 包，直接传那个 .zip"),
    ("META-INF/container.xml", "电子书（.epub）", "转成 PDF 再传"),
    ("META-INF/MANIFEST.MF", "Java 程序（.jar）", "程序不能当课件，传课件软件发布的 .zip"),
)
_AICC = (".crs", ".au", ".des", ".cst")


def manifest_of(names: Sequence[str]) -> tuple[str, Format] | None:
    """The manifest at the top of a package and the format that it means; capital letters are forgiven. None where there is none."""
    top = {name.lower(): name for name in reversed(names) if "/" not in name}
    return next(((top[name], kind) for name, kind in _MANIFESTS if name in top), None)


def foreign(names: Sequence[str]) -> Finding | None:
    """Why an archive without a manifest cannot be a package, where it is known for something else; None where it may be pages."""
    present = set(names)
    for mark, what, mend in _FOREIGN:
        if mark in present:
            return refusal(f"这是 {what}", mend, shown(mark))
    endings = {name[name.rfind(".") :].lower() for name in names if "/" not in name}
    if len(endings & set(_AICC)) >= 2:
        return refusal(
            "这是 AICC 课件（.crs、.au），是很早的格式", "在课件软件里选 SCORM 1.2 或 cmi5 重新发布", "压缩包"
        )
    deep = next((name for name in names if name.lower().rpartition("/")[2] in [one for one, _ in _MANIFESTS]), None)
    if deep:
        folder = deep.rpartition("/")[0]
        what = f"清单在文件夹“{shown(folder)}”里，不在最外层"
        return refusal(what, "打开这个文件夹，全选里面的内容再压成 ZIP，不要从外面压", shown(deep))
    inner = [name for name in names if name.lower().endswith(".zip")]
    if inner and len(inner) == len(names):
        return refusal("压缩包里还是压缩包", f"解开一层，把里面的“{shown(inner[0])}”单独传上来", "压缩包")
    scratch = next((name for name in names if name.lower().endswith((".fla", ".cptx", ".story", ".pptx"))), None)
    if scratch and not any(name.lower().endswith((".html", ".htm")) for name in names):
        return refusal(f"里面是工程文件“{shown(scratch)}”，不是发布好的课件", EXPORT, "压缩包")
    return None
