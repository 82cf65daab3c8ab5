"""How firmly a real name is known. A check digit that fits is never a name that was verified."""

from enum import StrEnum


class RealName(StrEnum):
    """Who stands for it, weakest first."""

    SELF_DECLARED = "self_declared"
    ROSTER_VOUCHED = "roster_vouched"
    DOCUMENT_SEEN = "document_seen"
    PROVINCE_SSO = "province_sso"


WORDS = {
    RealName.SELF_DECLARED: "本人填写，还没核对",
    RealName.ROSTER_VOUCHED: "培训机构按名单担保，还没看证件",
    RealName.DOCUMENT_SEEN: "看过证件原件",
    RealName.PROVINCE_SSO: "省统一身份认证",
}
TONES = {
    RealName.SELF_DECLARED: "wait",
    RealName.ROSTER_VOUCHED: "wait",
    RealName.DOCUMENT_SEEN: "ok",
    RealName.PROVINCE_SSO: "ok",
}
# What a clerk may have held in hand; the words go into the record.
PAPERS = ("居民身份证原件", "户口簿原件", "临时身份证原件", "居住证原件", "来往内地通行证原件", "护照原件")


def is_weaker(new: RealName, now: RealName) -> bool:
    """Whether a new finding would say less than what stands already."""
    order = list(RealName)
    return order.index(new) < order.index(now)
