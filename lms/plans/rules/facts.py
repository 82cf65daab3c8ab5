"""What a plan may ask about a person, and how firmly it is known. The ID number and the name are no business of a rule."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum


class AttributeKey(StrEnum):
    """Everything that a condition of the seed or of a later rule turns on."""

    # who the person is
    VETERAN = "veteran"
    VETERAN_ROUTE = "veteran_route"
    SETTLEMENT_YEAR = "settlement_year"
    REGISTERED_POOR = "registered_poor"
    POOR_FAMILY_CHILD = "poor_family_child"
    AIDED_REGION = "aided_region"
    DISABILITY = "disability"
    PARENT_OF_DISABLED = "parent_of_disabled"
    RURAL_LABOUR = "rural_labour"
    RURAL_YOUTH = "rural_youth"
    VILLAGE_LEADER_CANDIDATE = "village_leader_candidate"
    DECEASED = "deceased"
    # school
    POST_SCHOOL_LEAVER = "post_school_leaver"
    STUDENT_APPRENTICE = "student_apprentice"
    FULL_TIME_STUDENT = "full_time_student"
    DISABLED_GRADUATE = "disabled_graduate"
    # work
    NEW_GEN_WORKER = "new_gen_worker"
    EMPLOYED_BY = "employed_by"
    CONTRACT_START = "contract_start"
    CONTRACT_END = "contract_end"
    CONTRACT_OPEN_ENDED = "contract_open_ended"
    SKILLED_POST = "skilled_post"
    FRONTLINE_WORKER = "frontline_worker"
    POST_MISMATCH = "post_mismatch"
    AFFECTED_ENTERPRISE = "affected_enterprise"
    REDEPLOYED = "redeployed"
    LAID_OFF = "laid_off"
    UNEMPLOYED_REGISTERED = "unemployed_registered"
    DOMESTIC_WORKER = "domestic_worker"
    COOPERATIVE_STAFF = "cooperative_staff"
    RURAL_TALENT_LEADER = "rural_talent_leader"
    PRO_FARMER = "pro_farmer"
    EMPLOYER_OF_DISABLED = "employer_of_disabled"
    JOB_COACH = "job_coach"
    DISABILITY_SERVICE_STAFF = "disability_service_staff"
    MANAGEMENT_POST = "management_post"
    PUBLIC_POST = "public_post"
    RETIRED_PENSION = "retired_pension"
    # skill
    CERTIFICATE_LEVEL = "certificate_level"
    LEADING_TALENT = "leading_talent"
    HIGH_CRAFT_SKILL = "high_craft_skill"
    HERITAGE_BEARER = "heritage_bearer"
    SMALL_ENTERPRISE_BACKBONE = "small_enterprise_backbone"
    # work safety
    SAFETY_ROLE = "safety_role"
    APPOINTED_ON = "appointed_on"
    HIGH_RISK_ENTERPRISE = "high_risk_enterprise"
    SPECIAL_OPERATION_CATEGORY = "special_operation_category"
    FIRST_PERMIT = "first_permit"
    # what the person wants
    TRAINING_WISH = "training_wish"
    ENTREPRENEUR_WISH = "entrepreneur_wish"
    FOUNDER = "founder"


class Standing(StrEnum):
    """How firmly a fact is known: said by the person, vouched by a named somebody, or proved by a document seen."""

    CLAIMED = "claimed"
    VOUCHED = "vouched"
    PROVED = "proved"

    @property
    def rank(self) -> int:
        """Higher is firmer."""
        return _FIRMNESS[self]


_FIRMNESS = {standing: rank for rank, standing in enumerate(Standing)}


class Education(IntEnum):
    """文化程度, lowest first."""

    NONE = 0
    PRIMARY = 1
    JUNIOR = 2
    SENIOR = 3
    COLLEGE = 4
    BACHELOR = 5
    GRADUATE = 6


class Kind(StrEnum):
    """What the value of a fact looks like: always text, so that it can be sealed as it is."""

    YES_NO = "yes_no"  # "yes" or "no"
    DATE = "date"  # 2026-11-22
    YEAR = "year"  # 2026
    LEVEL = "level"  # 5 初级工 … 1 高级技师
    CHOICE = "choice"  # one of Attribute.choices
    TEXT = "text"


@dataclass(frozen=True)
class Attribute:
    """How a fact is named on pages, what its value may be, and whether it is sensitive personal information."""

    words: str
    kind: Kind = Kind.YES_NO
    choices: tuple[tuple[str, str], ...] = ()
    sensitive: bool = False


EDUCATION_WORDS = dict(
    zip(Education, ("未上过学", "小学", "初中", "高中、中专或技校", "大专", "本科", "研究生"), strict=True)
)
ROUTES = (
    ("soldier_self_employed", "自主就业退役士兵"),
    ("officer_self_chosen", "自主择业军转干部"),
    ("demobilised_officer", "复员干部"),
    ("assigned_post", "由政府安排工作"),
    ("other", "其他"),
)
DISABILITIES = (
    ("visual", "视力残疾"),
    ("hearing", "听力残疾"),
    ("speech", "言语残疾"),
    ("physical", "肢体残疾"),
    ("intellectual", "智力残疾"),
    ("mental", "精神残疾"),
    ("multiple", "多重残疾"),
)
SAFETY_ROLES = (
    ("principal", "主要负责人"),
    ("safety_manager", "安全生产管理人员"),
    ("team_leader", "班组长"),
    ("new_staff", "新上岗人员"),
    ("continuing_staff", "继续教育人员"),
)
OPERATIONS = (
    ("electrical", "电工作业"),
    ("welding", "焊接与热切割作业"),
    ("height", "高处作业"),
    ("refrigeration", "制冷与空调作业"),
    ("mine_coal", "煤矿安全作业"),
    ("mine_other", "金属非金属矿山安全作业"),
    ("petroleum", "石油天然气安全作业"),
    ("metallurgy", "冶金（有色）生产安全作业"),
    ("hazardous_chemicals", "危险化学品安全作业"),
    ("fireworks", "烟花爆竹安全作业"),
    ("other", "其他特种作业"),
)

K = AttributeKey
VOCABULARY: dict[AttributeKey, Attribute] = {
    K.VETERAN: Attribute("退役军人"),
    K.VETERAN_ROUTE: Attribute("退役安置方式", Kind.CHOICE, ROUTES),
    K.SETTLEMENT_YEAR: Attribute("在广东接收安置的年度", Kind.YEAR),
    K.REGISTERED_POOR: Attribute("建档立卡贫困户", sensitive=True),
    K.POOR_FAMILY_CHILD: Attribute("贫困家庭子女", sensitive=True),
    K.AIDED_REGION: Attribute("户籍在广东对口帮扶的地区"),
    K.DISABILITY: Attribute("残疾类别", Kind.CHOICE, DISABILITIES, sensitive=True),
    K.PARENT_OF_DISABLED: Attribute("残疾人的家长或家属", sensitive=True),
    K.RURAL_LABOUR: Attribute("农村劳动者"),
    K.RURAL_YOUTH: Attribute("农村青年（返乡或扎根农村创业）"),
    K.VILLAGE_LEADER_CANDIDATE: Attribute("贫困村创业致富带头人培育对象（已公示）"),
    K.DECEASED: Attribute("已去世", sensitive=True),
    K.POST_SCHOOL_LEAVER: Attribute("初中或高中毕业后没有继续升学"),
    K.STUDENT_APPRENTICE: Attribute("学生学徒"),
    K.FULL_TIME_STUDENT: Attribute("全日制在校学生"),
    K.DISABLED_GRADUATE: Attribute("高校或职业院校残疾毕业生", sensitive=True),
    K.NEW_GEN_WORKER: Attribute("新生代产业工人"),
    K.EMPLOYED_BY: Attribute("工作单位", Kind.TEXT),
    K.CONTRACT_START: Attribute("劳动合同开始日期", Kind.DATE),
    K.CONTRACT_END: Attribute("劳动合同结束日期", Kind.DATE),
    K.CONTRACT_OPEN_ENDED: Attribute("劳动合同没有固定期限"),
    K.SKILLED_POST: Attribute("在技能岗位工作"),
    K.FRONTLINE_WORKER: Attribute("一线操作工或技术技能骨干"),
    K.POST_MISMATCH: Attribute("有一定技能，但不能满足新岗位需求"),
    K.AFFECTED_ENTERPRISE: Attribute("所在企业是受影响企业"),
    K.REDEPLOYED: Attribute("被分流转岗，或长期停工停产"),
    K.LAID_OFF: Attribute("被裁员，或劳动合同已解除、终止"),
    K.UNEMPLOYED_REGISTERED: Attribute("已办失业登记"),
    K.DOMESTIC_WORKER: Attribute("在岗家政服务人员"),
    K.COOPERATIVE_STAFF: Attribute("供销社系统人员"),
    K.RURAL_TALENT_LEADER: Attribute("农村实用人才带头人"),
    K.PRO_FARMER: Attribute("新型职业农民或培育对象"),
    K.EMPLOYER_OF_DISABLED: Attribute("可提供残疾人岗位的用人单位人员"),
    K.JOB_COACH: Attribute("残疾人支持性就业辅导员"),
    K.DISABILITY_SERVICE_STAFF: Attribute("残疾人就业服务人员"),
    K.MANAGEMENT_POST: Attribute("管理或技术岗位（定退休年龄用）"),
    K.PUBLIC_POST: Attribute("机关事业单位在编人员"),
    K.RETIRED_PENSION: Attribute("已领取养老金"),
    K.CERTIFICATE_LEVEL: Attribute(
        "职业资格或技能等级",
        Kind.LEVEL,
        (("5", "初级工"), ("4", "中级工"), ("3", "高级工"), ("2", "技师"), ("1", "高级技师")),
    ),
    K.LEADING_TALENT: Attribute("高技能领军人才（由企业或行业组织确定）"),
    K.HIGH_CRAFT_SKILL: Attribute("具备较高技艺技能（要有人具名证明）"),
    K.HERITAGE_BEARER: Attribute("非遗传承人或残疾人创业带头人"),
    K.SMALL_ENTERPRISE_BACKBONE: Attribute("中小微（民营）企业技术骨干"),
    K.SAFETY_ROLE: Attribute("安全岗位", Kind.CHOICE, SAFETY_ROLES),
    K.APPOINTED_ON: Attribute("任职日期", Kind.DATE),
    K.HIGH_RISK_ENTERPRISE: Attribute("所在企业是高危企业"),
    K.SPECIAL_OPERATION_CATEGORY: Attribute("特种作业类别", Kind.CHOICE, OPERATIONS),
    K.FIRST_PERMIT: Attribute("首次申请特种作业操作证"),
    K.TRAINING_WISH: Attribute("有就业创业意愿和培训需求"),
    K.ENTREPRENEUR_WISH: Attribute("有创业意愿"),
    K.FOUNDER: Attribute("处于创业初期，或已经创业"),
}


@dataclass(frozen=True)
class Fact:
    """One thing known about a person, as the text its Kind says; dates are inclusive, None is open."""

    key: AttributeKey
    value: str
    standing: Standing
    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it is known for that day."""
        return (self.valid_from or date.min) <= on <= (self.valid_until or date.max)


@dataclass(frozen=True)
class Study:
    """What the person has done in one programme; class hours, whole. Asked for by completing and claiming."""

    enrolled_on: date | None = None
    theory_hours: int | None = None
    practical_hours: int | None = None
    results: tuple[str, ...] | None = None
    completed_on: date | None = None
    result_on: date | None = None


@dataclass(frozen=True)
class PersonFacts:
    """What the rules may know of a person; None is "not known", never "no". Regions are codes, 户籍地, 参保地, 就业地."""

    born: date | None = None
    sex: str | None = None
    education: Education | None = None
    hukou_region: str | None = None
    insured_region: str | None = None
    work_region: str | None = None
    facts: tuple[Fact, ...] = ()
    study: Study | None = None

    def known(self, key: AttributeKey, on: date) -> Fact | None:
        """The firmest fact of that kind on the day; of equals, the one told last."""
        holding = [fact for fact in self.facts if fact.key is key and fact.holds(on)]
        return max(reversed(holding), key=lambda fact: fact.standing.rank, default=None)
