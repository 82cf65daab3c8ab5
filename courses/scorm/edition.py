"""Which SCORM a manifest speaks: by its schemaversion, or by its namespaces where it says nothing."""

from courses.course import Format
from courses.manifests import Manifest, children, local, namespace, text_of

V12, SECOND, THIRD, FOURTH = "1.2", "2nd", "3rd", "4th"
_STRANGERS = {
    "common cartridge": "Common Cartridge 课程包",
    "ims common cartridge": "Common Cartridge 课程包",
    "thin common cartridge": "Common Cartridge 课程包",
    "imsqti_v2": "QTI 试题包",
    "qtiv2": "QTI 试题包",
}


def edition_of(manifest: Manifest) -> str:
    """One of "1.2", "2nd", "3rd", "4th"; notes a refusal where the manifest belongs to another standard."""
    about = [one for child in children(manifest.root, "metadata") for one in children(child)]
    schema = next((text_of(one) for one in about if local(one) == "schema"), "")
    version = next((text_of(one) for one in about if local(one) == "schemaversion"), "")
    _strangers(manifest, schema)
    plain = version.lower().replace(" ", "")
    if plain.startswith("1.2") or plain == "1.1":
        return V12
    for mark, edition in (("4th", FOURTH), ("3rd", THIRD), ("2nd", SECOND), ("cam1.3", SECOND), ("1.3", SECOND)):
        if mark in plain:
            return edition
    return _by_namespace(manifest, version)


def format_of(edition: str) -> Format:
    """The format of a course by its edition."""
    return Format.SCORM_12 if edition == V12 else Format.SCORM_2004


def _strangers(manifest: Manifest, schema: str) -> None:
    spaces = namespace(manifest.root)
    what = _STRANGERS.get(schema.lower()) or (
        "Common Cartridge 课程包" if "imscc" in spaces or "imsccv" in spaces else ""
    )
    if what:
        mend = "在原来的软件里选 SCORM 1.2、SCORM 2004 或 cmi5 重新导出"
        manifest.refuse(manifest.root, f"这是 {what}，不是 SCORM 课件", mend)


def _by_namespace(manifest: Manifest, version: str) -> str:
    spaces = {str(space) for one in manifest.root.iter() for space in one.nsmap.values()}
    if any("adlcp_v1p3" in space or "imsss" in space for space in spaces):
        edition = THIRD
    elif any("adlcp_rootv1p2" in space for space in spaces):
        return V12
    else:
        edition = V12
    said = f"写的是“{version[:40]}”" if version else "没有写"
    manifest.warn(manifest.root, f"清单的 schemaversion {said}，按 {_name(edition)} 读了", "放一遍看看成绩能不能记下来")
    return edition


def _name(edition: str) -> str:
    return "SCORM 1.2" if edition == V12 else f"SCORM 2004（{edition}）"
