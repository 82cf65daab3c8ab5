"""From the place that somebody writes to its code: a code, a name in Guangdong, or another province."""

import re

from lms.accounts.queries.regions import find_regions

PROVINCES = {
    "北京": "11", "天津": "12", "河北": "13", "山西": "14", "内蒙古": "15", "辽宁": "21", "吉林": "22", "黑龙江": "23",
    "上海": "31", "江苏": "32", "浙江": "33", "安徽": "34", "福建": "35", "江西": "36", "山东": "37", "河南": "41",
    "湖北": "42", "湖南": "43", "广东": "44", "广西": "45", "海南": "46", "重庆": "50", "四川": "51", "贵州": "52",
    "云南": "53", "西藏": "54", "陕西": "61", "甘肃": "62", "青海": "63", "宁夏": "64", "新疆": "65", "台湾": "71",
    "香港": "81", "澳门": "82",
}  # fmt: skip
_ENDINGS = re.compile(r"(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)$")


def code_of_place(words: str) -> tuple[str, str]:
    """(code, "") of the place meant, or ("", sentence) with what else to write."""
    bare = re.sub(r"\s", "", words)
    if bare.isascii() and bare.isdigit():
        return bare, ""
    province = PROVINCES.get(_ENDINGS.sub("", bare))
    if province:
        return province, ""
    found = find_regions(bare.removeprefix("广东省")) if len(bare) > 1 else []
    exact = [view for view in found if bare.removeprefix("广东省") in (view.name, view.full_name)]
    if len(exact or found) == 1:
        return (exact or found)[0].code, ""
    if found:
        return "", f"叫这个名字的有几个：{'、'.join(view.full_name for view in found[:4])}，写全一点"
    return "", "没找到这个地方。广东的写到县区，比如顺德区；外省的写省名，比如湖南省"


def name_of_place(code: str, known: dict[str, str]) -> str:
    """What a code is called: by the register where it knows it, else its province."""
    name = known.get(code, code)
    if name != code:
        return name
    return next(
        (f"{province}（{code}）" if len(code) > 2 else province for province, c in PROVINCES.items() if c == code[:2]),
        code,
    )
