"""Sentences of refusals: what is wrong with a package as a file, and how its author mends it."""

from courses.course import Finding, Level, Refused

WHERE = "压缩包"
AGAIN = "在电脑上用压缩软件（7-Zip、WinRAR、360 压缩都行）选 ZIP 格式重新压一次，再传"
EXPORT = "从课件软件（Storyline、Captivate、iSpring 等）重新发布一次，直接传它生成的 .zip，不要解开再压"
COPY = "从原文件再拷一份，传完再关页面"


def refusal(what: str, mend: str = AGAIN, where: str = WHERE) -> Finding:
    """One reason to refuse a package."""
    return Finding(Level.REFUSAL, where, what, mend)


def refused(what: str, mend: str = AGAIN, where: str = WHERE) -> Refused:
    """A refusal with one reason, to be raised."""
    return Refused(refusal(what, mend, where))


def shown(name: str) -> str:
    """A path as a report shows it: nothing that a screen would not print, not longer than a line."""
    clean = "".join(letter if letter.isprintable() else f"〈{ord(letter):04X}〉" for letter in name)
    return clean if len(clean) <= 80 else f"{clean[:44]}…{clean[-32:]}"
