"""Resources of a SCORM manifest: which file each begins with, and which of its files are not there."""

from dataclasses import dataclass

from courses.addresses import Paths, Target, has_scheme, joined, spelling
from courses.gate.faults import shown
from courses.manifests import Element, Manifest, attribute, children, local

_BASE = "{http://www.w3.org/XML/1998/namespace}base"
MOST_LISTED = 5
MOST_FILES = 1_000


@dataclass(frozen=True)
class Resource:
    """What an item may launch: `kind` is sco or asset, `href` its address as written behind every xml:base.

    `files` are the members that it lists itself, `needs` the identifiers of the resources that it depends on.
    """

    element: Element
    kind: str
    href: str
    files: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def read_resources(manifest: Manifest, paths: Paths) -> dict[str, Resource]:
    """Every resource by its identifier, those of nested manifests among them; notes what is missing."""
    found: dict[str, Resource] = {}
    missing: list[str] = []
    for element in manifest.root.iter():
        if not isinstance(element.tag, str) or local(element) != "resource":
            continue
        base = _base(element)
        identifier = attribute(element, "identifier") or ""
        if identifier in found:
            mend = "用课件软件重新发布；手改过的清单，给它换一个 identifier"
            manifest.refuse(element, f"资源“{shown(identifier)}”写了两次", mend)
        kind = (attribute(element, "scormtype") or "asset").lower()
        files, lost = _files(element, base, paths)
        missing += lost
        needs = tuple(attribute(one, "identifierref") or "" for one in children(element, "dependency"))
        href = joined(base, attribute(element, "href") or "")
        found[identifier] = Resource(element, "sco" if kind == "sco" else "asset", href, files, needs)
    if missing:
        listed = "、".join(f"“{shown(name)}”" for name in missing[:MOST_LISTED])
        manifest.warn(
            None,
            f"清单里写了、包里没有的文件有 {len(missing)} 个：{listed}",
            "放一遍看看缺不缺图；缺了就用课件软件重新发布",
        )
    return found


def _base(element: Element) -> str:
    """Every xml:base from the outermost in."""
    bases = [one.get(_BASE) or "" for one in element.iterancestors()]
    return joined(*reversed(bases), element.get(_BASE) or "")


def _files(element: Element, base: str, paths: Paths) -> tuple[tuple[str, ...], list[str]]:
    """Members that a resource lists, and addresses that lead to none."""
    found, missing = [], []
    for one in children(element, "file"):
        href = joined(base, attribute(one, "href") or "")
        target = paths.find(href) if href and not has_scheme(href) else None
        if target is not None and target.name:
            found.append(target.name)
        elif target is not None:
            missing.append(href)
    return tuple(found), missing


def files_of(resource: Resource, resources: dict[str, Resource]) -> list[str]:
    """Members of a resource and of all that it depends on, sorted, each once; at most MOST_FILES."""
    found: set[str] = set()
    todo, seen = [resource], set[str]()
    while todo and len(found) < MOST_FILES:
        one = todo.pop()
        found.update(one.files)
        fresh = [name for name in one.needs if name in resources and name not in seen]
        seen.update(fresh)
        todo += [resources[name] for name in fresh]
    return sorted(found)[:MOST_FILES]


def entry_of(manifest: Manifest, resource: Resource, parameters: str, paths: Paths) -> str:
    """Where a lesson starts, its parameters merged in; empty where that was refused."""
    href = resource.href
    line = resource.element
    if not attribute(resource.element, "href"):
        manifest.refuse(line, "课时用的资源没有写 href，不知道打开哪个文件", "用课件软件重新发布一次")
        return ""
    if has_scheme(href) or href.startswith(("//", "\\\\")):
        what = (
            f"课时的地址“{shown(href)}”在别的网站上，成绩记不回来"
            if href.lower().startswith("http") or href.startswith("//")
            else f"课时的地址“{shown(href)}”不是包里的文件"
        )
        manifest.refuse(line, what, "把内容放进包里，href 写相对路径")
        return ""
    target = _found(manifest, line, href, paths)
    return merged(target, parameters) if target else ""


def _found(manifest: Manifest, line: Element, href: str, paths: Paths) -> Target | None:
    target = paths.find(href)
    if target.wanted is None:
        mend = "从 imsmanifest.xml 所在的文件夹写起，不要用 / 开头，也不要用 .. 往外走"
        manifest.refuse(line, f"课时的地址“{shown(href)}”走到包的外面去了", mend)
        return None
    if target.name is None:
        mend = "把这个文件放进包里；是课件软件生成的，重新发布一次，直接传 .zip，不要自己挑文件"
        manifest.refuse(line, f"课时要打开的文件“{shown(target.wanted or href)}”不在包里", mend)
        return None
    if target.other_case:
        manifest.warn(
            line, f"清单里的“{shown(href)}”和文件“{shown(target.name)}”大小写不一样，按文件的名字算", "改成一样的"
        )
    if spelling(target.tail):
        manifest.warn(line, f"地址“{shown(href)}”的参数里有不该有的符号", "放一遍看看能不能打开")
    return target


def merged(target: Target, parameters: str) -> str:
    """The address of a target with the parameters of its item (SCORM 2004 CAM 3.4.1.6: `?` or `&` as needed, or a fragment)."""
    extra = parameters.strip().lstrip("?&")
    if not extra:
        return target.entry
    before, mark, fragment = target.entry.partition("#")
    if extra.startswith("#"):
        return target.entry if mark else before + extra.replace(" ", "%20")
    joint = "&" if "?" in before else "?"
    return before + joint + extra.replace(" ", "%20") + mark + fragment
