"""How one cell of a roster becomes a value, or a refusal with words."""

from datetime import date

import pytest
from stdnum.cn import ric

from lms.accounts.rules.identity import (
    Fault,
    check_character,
    clean,
    masked_id_number,
    read_id_number,
    read_name,
    read_phone,
)
from tests.cohorts.rosters import TODAY, id_number

GOOD = next(n for n in (id_number(s) for s in range(200)) if n[-1] not in "X0")
WITH_X = next(n for n in (id_number(s) for s in range(200)) if n.endswith("X"))


def number(text: str, *, is_number: bool = False) -> str | Fault:
    return read_id_number(text, is_number=is_number, today=TODAY)


def fault(found: str | Fault) -> Fault:
    assert isinstance(found, Fault), found
    assert found.reason and found.mend
    assert not any(word in found.reason + found.mend for word in ("有误", "非法", "违规", "失败", "！", "您", "请"))
    return found


@pytest.mark.parametrize(
    "written",
    [
        GOOD,
        f"  {GOOD} ",
        f"{GOOD[:6]} {GOOD[6:14]} {GOOD[14:]}",
        f"\u00a0{GOOD}\u3000",
        f"\u200b{GOOD}\ufeff",
        f"'{GOOD}",
        f"‘{GOOD}",
        f"{GOOD}\t\r\n",
        "".join(chr(ord(c) + 0xFEE0) for c in GOOD),
        f"{GOOD[:6]}-{GOOD[6:14]}-{GOOD[14:]}",
    ],
)
def test_habits_of_clerks_do_not_change_a_number(written: str) -> None:
    """Sabotage: take "Cf" out of clean(), or the NFKC."""
    assert number(written) == GOOD


@pytest.mark.parametrize("last", ["x", "X", "ｘ", "Ｘ", "×", "х"])
def test_every_kind_of_x_is_the_capital_x(last: str) -> None:
    """hours.md attack 21: a lower-case x is no second person. Sabotage: drop .upper()."""
    assert number(WITH_X[:17] + last) == WITH_X


def test_the_old_fifteen_digits_are_the_same_person() -> None:
    """hours.md attack 21. Sabotage: return the 15 digits as they are."""
    assert number(GOOD[:6] + GOOD[8:17]) == GOOD
    assert number(GOOD[:6] + GOOD[8:17], is_number=True) == GOOD


def test_check_characters_agree_with_an_independent_library() -> None:
    """Sabotage: swap two weights."""
    for serial in range(1000):
        first17 = id_number(serial)[:17]
        assert ric.calc_check_digit(first17 + "0") == check_character(first17)


@pytest.mark.parametrize("place", range(17))
def test_one_digit_wrong_is_always_noticed(place: int) -> None:
    """hours.md attack 24, bad check digit. Sabotage: skip the check."""
    changed = GOOD[:place] + str((int(GOOD[place]) + 1) % 10) + GOOD[place + 1 :]
    assert "抄错一位" in fault(number(changed)).reason


@pytest.mark.parametrize("shown", ["4.40699E+17", "4.40699197807120E+17", "4.40699e17", " 4.4E+17 "])
def test_scientific_notation_is_lost_for_good(shown: str) -> None:
    """Sabotage: turn it back with int(float(text))."""
    found = fault(number(shown))
    assert "丢了" in found.reason and "文本" in found.mend


def test_a_number_kept_as_a_number_has_lost_its_end() -> None:
    """Eighteen digits do not fit a double. Sabotage: ignore is_number."""
    assert "丢了" in fault(number(GOOD, is_number=True)).reason


def test_a_number_rounded_to_fifteen_digits_is_told_as_such() -> None:
    """Sabotage: let it fall through to "抄错一位"."""
    assert "000" in fault(number("440699197807120000")).reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有填"),
        ("   ", "没有填"),
        (GOOD[:17], "现在是 17 位，少了 1 位"),
        (GOOD + "1", "现在是 19 位，多了 1 位"),
        (GOOD[:4] + "O" + GOOD[5:], "字母 O，应该是数字 0"),
        (GOOD[:4] + "l" + GOOD[5:], "字母 L，应该是数字 1"),
        (GOOD[:10] + "****" + GOOD[14:], "星号"),
        (GOOD[:10] + "X" + GOOD[11:], "只能在身份证号的最后一位"),
        ("无", "只能有数字"),
        ("E12345678", "只能有数字"),
        (GOOD[:14] + "X", "没有 X"),
    ],
)
def test_every_refusal_says_what_is_wrong(text: str, words: str) -> None:
    assert words in fault(number(text)).reason


def _numbered(body: str) -> str:
    return body + check_character(body)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("44069919780231001", "没有这一天"),
        ("44069919781301001", "没有这一天"),
        ("44069920270101001", "还没到"),
        ("44069918900101001", "岁，多半是年份抄错了"),
        ("99069919780712001", "对不上任何一个省"),
    ],
)
def test_a_number_that_passes_its_check_may_still_be_nobodys(body: str, words: str) -> None:
    """Sabotage: return the number right after its check character."""
    assert words in fault(number(_numbered(body))).reason


def test_born_today_is_born() -> None:
    today = _numbered("44069920261122001")
    assert read_id_number(today, is_number=False, today=date(2026, 11, 22)) == today


@pytest.mark.parametrize(
    "written",
    [
        "19900001234",
        "199 0000 1234",
        "199-0000-1234",
        "+8619900001234",
        "8619900001234",
        "0086 19900001234",
        "１９９００００１２３４",
        "'19900001234",
        "\u200e19900001234\u00a0",
        "(+86)199-0000-1234",
        "19900001234.0",
    ],
)
def test_habits_of_clerks_do_not_change_a_phone(written: str) -> None:
    assert read_phone(written) == "19900001234"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有填手机号"),
        ("1990000123", "现在是 10 位"),
        ("0757-22220000", "座机"),
        ("12900001234", "没有 12 开头"),
        ("1.99E+10", "丢了"),
        ("19900001234/19900005678", "填了两个"),
        ("19900001234、19900005678", "填了两个"),
        ("无", "只能有数字"),
        ("1990000l234", "只能有数字"),
    ],
)
def test_every_refused_phone_says_why(text: str, words: str) -> None:
    assert words in fault(read_phone(text)).reason


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("黄秀兰", "黄秀兰"),
        ("李　辉", "李辉"),
        (" 李 辉 ", "李辉"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽 . 买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("𬭎䶮㛃", "𬭎䶮㛃"),
        ("\ufa10田", "\ufa10田"),
        ("李\ue863", "李\ue863"),
        ("JOHN  SMITH", "JOHN SMITH"),
        ("ＪＯＨＮ", "JOHN"),
        ("'黄秀兰", "黄秀兰"),
        ("黄\u200b秀\ufeff兰\n", "黄秀兰"),
    ],
)
def test_names_stay_what_the_card_says(written: str, name: str) -> None:
    """Sabotage: normalise the whole name with NFKC; \\ufa10 and its like change."""
    assert read_name(written) == name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有填姓名"),
        ("李", "只有 1 个字"),
        ("李?", "问号"),
        ("李□", "问号"),
        ("黄*兰", "星号"),
        ("李辉（组长）", "括号"),
        ("李辉1", "“1”"),
        ("李辉,王芳", "“,”"),
        ("=1+1", "“=”"),
        ("长" * 51, "太长"),
    ],
)
def test_every_refused_name_says_why(text: str, words: str) -> None:
    assert words in fault(read_name(text)).reason


def test_masks_give_no_birthday_away() -> None:
    """Sabotage: show six more digits."""
    assert GOOD[6:14] not in masked_id_number(GOOD)
    assert masked_id_number(GOOD) == GOOD[:6] + "*" * 8 + GOOD[-4:]
    assert masked_id_number("4406") == "4406" and masked_id_number("44069919780") == "440699*****"


def test_clean_keeps_what_is_inside() -> None:
    assert clean(" ' 12 34　") == "1234"
