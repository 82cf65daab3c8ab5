"""A plan as the public reads it: who it is for, what is taught, what one gets, and where the seed says so."""

from dataclasses import dataclass

from lms.plans.rules.conditions import Clause, Unless
from lms.plans.rules.dated import DatedRule
from lms.plans.rules.duties import Duty
from lms.plans.rules.eligibility import ProgrammeRules

NUMBERS = "一二三四五六七八九十"
FORCES = {
    "must": "要做",
    "do": "要开展",
    "promote": "积极应用",
    "support": "支持、鼓励",
    "pilot": "鼓励有条件的市试点",
}
DELIVERY = {"self": "单位自己培训", "entrusted": "委托培训机构"}


@dataclass(frozen=True)
class ResultKind:
    """What comes of a training: its name, who gives it, and whether it is given here or recorded from elsewhere."""

    words: str
    issuer: str
    here: bool = False


RESULTS = {
    "completion": ResultKind("结业证书", "培训机构", here=True),
    "training_qualified": ResultKind("培训合格证书", "培训机构", here=True),
    "vocational_qualification": ResultKind("职业资格证书", "职业技能鉴定机构"),
    "skill_level": ResultKind("职业技能等级证书", "备案的评价组织或企业"),
    "special_ability": ResultKind("专项职业能力证书", "人力资源社会保障部门"),
    "enterprise_eval": ResultKind("企业自主评价", "企业"),
    "special_operation": ResultKind("特种作业操作证", "应急管理部门"),
    "safety_competence": ResultKind("安全生产知识和管理能力合格证", "应急管理部门"),
    "tech_expert": ResultKind("“技术能手”证书", "竞赛主办单位"),
    "x_cert": ResultKind("“1+X”之 X 证书", "培训评价组织"),
    "new_farmer": ResultKind("新型职业农民认定", "农业农村部门"),
    "agri_appraisal": ResultKind("农业技能鉴定", "农业农村部门"),
    "degree": ResultKind("学历证书", "学校"),
}


@dataclass(frozen=True)
class Remote:
    """A clause about learning at a distance, with the force of its verb."""

    force: str
    line: int
    quote: str
    words: str


@dataclass(frozen=True)
class Said:
    """A sentence of ours about a line of the seed: a contradiction left standing, a source of funds."""

    line: int
    words: str


@dataclass(frozen=True)
class Quota:
    """Seats to be kept free for a group in classes of other plans; the seed gives no number."""

    line: int
    plans: tuple[str, ...]
    words: str
    quote: str


@dataclass(frozen=True)
class Programme:
    """A programme in plain words. `split`: theory and practical hours are kept apart, and only theory can be online."""

    rules: ProgrammeRules
    line: int
    who: str
    content: str
    results: tuple[str, ...] = ()
    results_line: int | None = None
    delivery: tuple[str, ...] = ()
    delivery_line: int | None = None
    split: bool = False

    @property
    def code(self) -> str:
        """P06-lead_goose."""
        return self.rules.code

    @property
    def title(self) -> str:
        """As classes are filed under it."""
        return self.rules.title

    @property
    def stated(self) -> list[Clause]:
        """The conditions of enrolling that the document states; that one is alive it takes for granted."""
        return [clause for clause in self.rules.enrol if not isinstance(clause.condition, Unless)]


@dataclass(frozen=True)
class PlanSheet:
    """One of the ten plans, whole. `remote_for`: whom alone its remote clause names, where it does not name everybody."""

    code: str
    number: str
    title: str
    line: int
    last_line: int
    lead: str
    lead_line: int
    who: str
    gets: str
    gets_line: int
    remotes: tuple[Remote, ...]
    programmes: tuple[Programme, ...]
    rules: tuple[DatedRule, ...]
    duties: tuple[Duty, ...]
    quotas: tuple[Quota, ...]
    notes: tuple[Said, ...]
    funding: tuple[Said, ...]
    remote_for: str = ""

    @property
    def pilot(self) -> bool:
        """Whether learning at a distance is for pilot cities alone."""
        return any(remote.force == "pilot" for remote in self.remotes)
