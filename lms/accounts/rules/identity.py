"""How the name, the ID number and the phone in a roster are read, and what is said when they cannot be.

A cell either becomes a clean value or a Fault: what is wrong, and how to mend it.
ID number: GB 11643-1999, 18 characters, check character by ISO 7064 MOD 11-2; the 15 digits of before 1999 are mended to 18.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
PROVINCES = frozenset(
    map(
        str,
        (
            *range(11, 16),
            *range(21, 24),
            *range(31, 38),
            *range(41, 47),
            *range(50, 55),
            *range(61, 66),
            71,
            81,
            82,
            83,
        ),
    )
)
OLDEST = 120
LONGEST_NAME = 50
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+")
_DOTS = dict.fromkeys(map(ord, "·•‧・･∙⋅●．.｡"), "·")
_QUOTES = "'‘’`′＇\""
_CROSSES = "×ХхΧχ✕"
_LOST = frozenset("?？□�")


@dataclass(frozen=True)
class Fault:
    """Why a cell cannot be taken, and how to mend it; two short sentences for the clerk."""

    reason: str
    mend: str


AS_TEXT = "选中这一列，右键“设置单元格格式”，选“文本”，再照着身份证重新填"
LOOK_AGAIN = "拿身份证对着再念一遍，改对那一位"
# Sheets keep 15 digits of a number: the last three of eighteen become 000.
ROUNDED = Fault("身份证号后 3 位变成了 000，多半是表格软件改的，我们补不回来", f"在 WPS 或 Excel 里{AS_TEXT}")


def clean(text: str) -> str:
    """Half-width, without spaces, invisible characters and the apostrophe that marks text in a sheet."""
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(c for c in folded if unicodedata.category(c) not in {"Cc", "Cf", "Zs", "Zl", "Zp"})
    return kept.lstrip(_QUOTES).rstrip(_QUOTES)


def check_character(first17: str) -> str:
    """The 18th character that belongs to 17 digits."""
    return CHECKS[sum(w * int(d) for w, d in zip(WEIGHTS, first17, strict=True)) % 11]


def read_id_number(text: str, *, is_number: bool, today: date) -> str | Fault:
    """The ID number as 18 characters with a capital X. `is_number`: the sheet kept the cell as a number."""
    bare = _without_marks(clean(text).removesuffix(".0"))
    if not bare:
        return Fault("没有填身份证号", "照着身份证填 18 位号码")
    if SCIENTIFIC.fullmatch(bare) or (is_number and len(bare) > 15):
        return _digits_lost(bare)
    wrong = _wrong_shape(bare)
    if wrong:
        return wrong
    whole = bare if len(bare) == 18 else _mended_to_18(bare)
    return _wrong_number(whole, today) or whole


def _without_marks(text: str) -> str:
    bare = re.sub(r"[-‐‑–—_.。,]", "", text).upper() if not SCIENTIFIC.match(text.upper()) else text.upper()
    if bare and bare[-1] in _CROSSES.upper():
        return bare[:-1] + "X"
    return bare


def _digits_lost(shown: str) -> Fault:
    return Fault(
        f"身份证号变成了 {_as_shown(shown)}，后面几位已经丢了，我们补不回来",
        f"在 WPS 或 Excel 里{AS_TEXT}",
    )


def _as_shown(digits: str) -> str:
    """The way a sheet shows a long number: enough to recognise, too little to be a person."""
    if SCIENTIFIC.fullmatch(digits):
        mantissa, _, power = digits.partition("E")
        return f"{mantissa[:7]}E+{power.lstrip('+')}"
    return f"{digits[0]}.{digits[1:6]}E+{len(digits) - 1}"


def _wrong_shape(bare: str) -> Fault | None:
    strange = [c for c in bare[:-1] if not c.isascii() or not c.isdigit()]
    strange += [bare[-1]] if not re.fullmatch(r"[0-9X]", bare[-1]) else []
    if strange:
        return _strange_character(strange[0])
    if len(bare) in {15, 18}:
        return (
            Fault("老的 15 位身份证号里只有数字，没有 X", LOOK_AGAIN) if len(bare) == 15 and bare[-1] == "X" else None
        )
    off = 18 - len(bare)
    if off > 0:
        return Fault(f"身份证号要 18 位，现在是 {len(bare)} 位，少了 {off} 位", "对着身份证补上漏掉的那几位")
    return Fault(f"身份证号要 18 位，现在是 {len(bare)} 位，多了 {-off} 位", "对着身份证去掉多出来的那几位")


def _strange_character(found: str) -> Fault:
    meant = {"O": "0", "I": "1", "L": "1"}.get(found)
    if meant:
        return Fault(f"身份证号里有字母 {found}，应该是数字 {meant}", f"把 {found} 改成 {meant}")
    if found in "*＊":
        return Fault("身份证号有几位被星号挡住了", "换一份没有打码的名单，或者照着身份证补全")
    if found == "X":
        return Fault("X 只能在身份证号的最后一位", LOOK_AGAIN)
    return Fault(f"身份证号里有“{found}”，只能有数字，最后一位可以是 X", LOOK_AGAIN)


def _mended_to_18(old: str) -> str:
    first17 = old[:6] + "19" + old[6:]
    return first17 + check_character(first17)


def _wrong_number(whole: str, today: date) -> Fault | None:
    if check_character(whole[:17]) != whole[17]:
        return _wrong_check(whole)
    if whole[:2] not in PROVINCES:
        return Fault(f"身份证号开头的 {whole[:2]} 对不上任何一个省", LOOK_AGAIN)
    born = birth_date(whole)
    if born is None:
        return Fault(f"身份证号里的生日是 {whole[6:10]}年{whole[10:12]}月{whole[12:14]}日，没有这一天", LOOK_AGAIN)
    if born > today:
        return Fault(f"身份证号里的生日是 {born.year} 年，还没到", LOOK_AGAIN)
    if age_on(born, today) > OLDEST:
        return Fault(f"按身份证号算，今年 {age_on(born, today)} 岁，多半是年份抄错了", LOOK_AGAIN)
    return None


def _wrong_check(whole: str) -> Fault:
    if whole.endswith("000"):
        return ROUNDED
    return Fault("身份证号最后一位和前面对不上，多半是抄错一位", LOOK_AGAIN)


def birth_date(whole: str) -> date | None:
    """The date of birth inside an 18-character number; None when the calendar has no such day."""
    try:
        return date(int(whole[6:10]), int(whole[10:12]), int(whole[12:14]))
    except ValueError:
        return None


def age_on(born: date, day: date) -> int:
    """Full years of age on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def read_phone(text: str) -> str | Fault:
    """The mobile number as 11 digits, without country prefix."""
    bare = clean(text).upper().removesuffix(".0")
    if not bare:
        return Fault("没有填手机号", "填学员自己在用的手机号，登录要用")
    if SCIENTIFIC.fullmatch(bare):
        return Fault(f"手机号变成了 {_as_shown(bare)}，后面几位已经丢了", "把这一列设成“文本”，再重新填手机号")
    if _two_numbers(text):
        return Fault("手机号填了两个", "只留学员自己在用的那一个")
    return _mobile(re.sub(r"[-‐‑–—()_.]", "", bare))


def _two_numbers(text: str) -> bool:
    return len(re.findall(r"1\d{10}", unicodedata.normalize("NFKC", text))) > 1


def _mobile(digits: str) -> str | Fault:
    for prefix in ("+86", "0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) == 11:
            digits = digits.removeprefix(prefix)
    strange = [c for c in digits if not (c.isascii() and c.isdigit())]
    if strange:
        return Fault(f"手机号里有“{strange[0]}”，只能有数字", "填 11 位手机号")
    if re.fullmatch(r"0\d{9,11}", digits):
        return Fault("这是座机号，收不到登录的短信", "换成学员自己的手机号")
    if len(digits) != 11:
        return Fault(f"手机号要 11 位，现在是 {len(digits)} 位", "问一下学员，填对的手机号")
    if not re.match(r"1[3-9]", digits):
        return Fault(f"没有 {digits[:2]} 开头的手机号", "问一下学员，填对的手机号")
    return digits


def read_name(text: str) -> str | Fault:
    """The name as people write it: dots made one kind, spaces of lay-out taken out, rare characters as they are."""
    name = _tidy_name(text)
    if not name:
        return Fault("没有填姓名", "照着身份证填姓名")
    wrong = _wrong_in_name(name)
    if wrong:
        return wrong
    if len(name) < 2:
        return Fault("姓名只有 1 个字", "照着身份证把姓名填全")
    if len(name) > LONGEST_NAME:
        return Fault(f"姓名有 {len(name)} 个字，太长了", "这一格只填姓名，别的写到备注里")
    return name


def _tidy_name(text: str) -> str:
    # Not normalised as a whole: NFKC would replace rare characters that stand on the person's card.
    seen = "".join(" " if unicodedata.category(c) in {"Zs", "Cc", "Zl", "Zp"} else c for c in text)
    seen = "".join(_half_width(c) for c in seen if unicodedata.category(c) != "Cf").translate(_DOTS)
    seen = re.sub(r"\s*·\s*", "·", seen.strip().lstrip(_QUOTES)).strip(" ·")
    seen = re.sub(r"\s+", " ", seen)
    return re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", seen)


def _half_width(char: str) -> str:
    return unicodedata.normalize("NFKC", char) if "！" <= char <= "～" else char


def _wrong_in_name(name: str) -> Fault | None:
    if any(c in _LOST for c in name):
        return Fault(
            "姓名里有一个字没认出来，多半是生僻字变成了问号或方框", "照着身份证重新填这个字，另存为 .xlsx 再选"
        )
    if "*" in name:
        return Fault("姓名有字被星号挡住了", "换一份没有打码的名单，或者照着身份证补全")
    if any(c in "()[]【】<>《》" for c in name):
        return Fault("姓名里有括号", "这一格只留姓名，括号里的话写到备注里")
    strange = [
        c for c in name if not (c in "· " or unicodedata.category(c)[0] in "LM" or unicodedata.category(c) == "Co")
    ]
    if strange:
        return Fault(f"姓名里有“{strange[0]}”", "照着身份证填姓名，别的写到备注里")
    return None


def masked_id_number(text: str) -> str:
    """What may stand on a page of an ID number, right or wrong: the first 6 and, of 15 characters or more, the last 4."""
    bare = clean(text)
    if len(bare) < 8 or SCIENTIFIC.fullmatch(bare.upper()):
        return bare
    tail = bare[-4:] if len(bare) >= 15 else ""
    return bare[:6] + "*" * (len(bare) - 6 - len(tail)) + tail
