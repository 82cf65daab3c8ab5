"""Which organisations there are, and which of them are tenants."""

TENANT_KINDS = frozenset({"institution", "enterprise"})
KINDS = {"institution": "培训机构", "enterprise": "企业", "authority": "主管部门"}
# The list of L132: 职业院校（含技工院校）、培训机构、就业训练中心、实训基地、创业培训基地、餐饮行业协会、企业培训中心.
INSTITUTION_KINDS = {
    "college": "职业院校（含技工院校）",
    "training_institution": "培训机构",
    "employment_centre": "就业训练中心",
    "practice_base": "实训基地",
    "startup_base": "创业培训基地",
    "trade_association": "餐饮行业协会",
    "enterprise_centre": "企业培训中心",
}


def why_not_kind(kind: str, institution_kind: str) -> str | None:
    """Why the two kinds do not go together: an institution says which of L132's it is, an enterprise says nothing."""
    if kind == "institution" and institution_kind not in INSTITUTION_KINDS:
        return "选一个机构类别"
    return None
