"""Manifests as authoring tools write them, small, with every part replaceable."""

from xml.sax.saxutils import escape, quoteattr

CMI5 = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
ID = "https://example.org/yanxue"


def texts(title: str, lang: str = "zh-CN") -> str:
    """A title and a description of cmi5."""
    words = f'<langstring lang="{lang}">{escape(title)}</langstring>'
    return f"<title>{words}</title><description>{words}</description>"


def au(
    number: int = 1,
    url: str = "index.html",
    attributes: str = "",
    inside: str = "",
    after: str = "",
    identifier: str | None = None,
) -> str:
    """One AU of cmi5."""
    name = identifier if identifier is not None else f"{ID}/au/{number}"
    return (
        f"<au id={quoteattr(name)} {attributes}>{texts(f'第 {number} 课')}{inside}<url>{escape(url)}</url>{after}</au>"
    )


def block(content: str, number: int = 1, identifier: str | None = None, inside: str = "") -> str:
    """A block of cmi5 around its content."""
    name = identifier if identifier is not None else f"{ID}/block/{number}"
    return f"<block id={quoteattr(name)}>{texts(f'第 {number} 单元')}{inside}{content}</block>"


def objectives(*ids: str) -> str:
    """The objectives of a course."""
    listed = "".join(f"<objective id={quoteattr(one)}>{texts('目标')}</objective>" for one in ids)
    return f"<objectives>{listed}</objectives>"


def cmi5(
    content: str | None = None,
    *,
    title: str = "粤菜师傅入门",
    identifier: str = f"{ID}/course/1",
    space: str = CMI5,
    listed: str = "",
    head: str = '<?xml version="1.0" encoding="UTF-8"?>\n',
    course: str | None = None,
    attributes: str = "",
    tail: str = "",
) -> str:
    """A course structure; `content` is everything from the first block or AU on."""
    about = course if course is not None else f"<course id={quoteattr(identifier)}>\n{texts(title)}</course>"
    body = au() if content is None else content
    return f'{head}<courseStructure xmlns="{space}" {attributes}>\n{about}\n{listed}\n{body}\n{tail}</courseStructure>'


def scorm12(
    items: str | None = None,
    resources: str | None = None,
    *,
    title: str = "家政服务入门",
    version: str = "1.2",
    head: str = '<?xml version="1.0" encoding="UTF-8"?>\n',
    organizations: str | None = None,
    attributes: str = "",
) -> str:
    """A manifest of SCORM 1.2."""
    inside = items if items is not None else item()
    tree = (
        organizations
        if organizations is not None
        else (
            f'<organizations default="org"><organization identifier="org"><title>{escape(title)}</title>{inside}</organization></organizations>'
        )
    )
    listed = resources if resources is not None else resource()
    return f"""{head}<manifest identifier="man" version="1" {attributes}
 xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
<metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>
{tree}
<resources>{listed}</resources></manifest>"""


def item(
    number: int = 1, reference: str | None = "res1", inside: str = "", attributes: str = "", title: str | None = None
) -> str:
    """An item of an organization."""
    wanted = f'identifierref="{reference}"' if reference else ""
    named = f"<title>{escape(title if title is not None else f'第 {number} 课')}</title>"
    return f'<item identifier="item{number}" {wanted} {attributes}>{named}{inside}</item>'


def resource(
    number: int = 1, href: str = "index.html", kind: str = "sco", inside: str = "", attributes: str = ""
) -> str:
    """A resource of SCORM 1.2."""
    where = f"href={quoteattr(href)}" if href else ""
    return f'<resource identifier="res{number}" type="webcontent" adlcp:scormtype="{kind}" {where} {attributes}>{inside}</resource>'


def scorm2004(
    items: str | None = None,
    resources: str | None = None,
    *,
    version: str = "2004 4th Edition",
    title: str = "养老护理",
    inside: str = "",
    tail: str = "",
) -> str:
    """A manifest of SCORM 2004."""
    listed = resources if resources is not None else resource2004()
    return f"""<?xml version="1.0" encoding="utf-8"?>
<manifest identifier="man" version="1" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"
 xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" xmlns:adlseq="http://www.adlnet.org/xsd/adlseq_v1p3"
 xmlns:adlnav="http://www.adlnet.org/xsd/adlnav_v1p3" xmlns:imsss="http://www.imsglobal.org/xsd/imsss">
<metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>
<organizations default="org"><organization identifier="org"><title>{title}</title>{items if items is not None else item()}{inside}</organization></organizations>
<resources>{listed}</resources>{tail}</manifest>"""


def resource2004(number: int = 1, href: str = "index.html", kind: str = "sco", attributes: str = "") -> str:
    """A resource of SCORM 2004."""
    return f'<resource identifier="res{number}" type="webcontent" adlcp:scormType="{kind}" href={quoteattr(href)} {attributes}/>'


def tincan(activities: str | None = None) -> str:
    """A tincan.xml."""
    listed = activities if activities is not None else activity()
    return f'<?xml version="1.0" encoding="utf-8"?>\n<tincan xmlns="http://projecttincan.com/tincan.xsd"><activities>{listed}</activities></tincan>'


def activity(number: int = 1, launch: str | None = "index.html", identifier: str | None = None) -> str:
    """An activity of a tincan.xml."""
    name = identifier if identifier is not None else f"{ID}/activity/{number}"
    opens = f'<launch lang="zh-CN">{escape(launch)}</launch>' if launch is not None else ""
    kind = "http://adlnet.gov/expapi/activities/course"
    return f'<activity id={quoteattr(name)} type="{kind}"><name lang="zh-CN">第 {number} 个活动</name><description lang="zh-CN">说明</description>{opens}</activity>'
