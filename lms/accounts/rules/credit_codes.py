"""The unified social credit code 统一社会信用代码 of GB 32100-2015: 18 characters, the last of which checks the others."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
LENGTH = 18
LOOKALIKES = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U 或 Y"}
_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


def normal(text: str) -> str:
    """A code as it is kept: half-width capitals without spaces and dashes."""
    return "".join(c for c in text.translate(_FULL_WIDTH).upper() if not c.isspace() and c not in "-·")


def check_character(body: str) -> str:
    """The 18th character for the first 17 (GB 32100-2015, 4.2)."""
    total = sum(ALPHABET.index(c) * weight for c, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check(body: str) -> str:
    """The check character of the organisation code inside, for its first eight (GB 11714-1997)."""
    pairs = zip(body, ORGANISATION_WEIGHTS, strict=True)
    return "0123456789X0"[11 - sum(ORGANISATION_ALPHABET.index(c) * weight for c, weight in pairs) % 11]


def why_not(code: str) -> str | None:
    """What is wrong with a normalised code, for whoever typed it; None when it holds."""
    if len(code) != LENGTH:
        return f"统一社会信用代码要 18 位，现在是 {len(code)} 位，对着营业执照再看一遍"
    strange = next((c for c in code if c not in ALPHABET), None)
    if strange:
        hint = f"，这一位可能是 {LOOKALIKES[strange]}" if strange in LOOKALIKES else ""
        return f"统一社会信用代码里没有“{strange}”{hint}，对着营业执照再看一遍"
    if not code[2:8].isdigit():
        return "第 3 到 8 位是登记地区，都是数字，对着营业执照再看一遍"
    if check_character(code[:17]) != code[17]:
        return "最后一位和前面对不上，多半是抄错一位，对着营业执照再看一遍"
    if organisation_check(code[8:16]) != code[16]:
        return "第 9 到 17 位自己对不上，多半是抄错一位，对着营业执照再看一遍"
    return None
