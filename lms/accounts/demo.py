"""The organisations and people of the demonstration: made up, one for each role."""

from dataclasses import dataclass
from uuid import UUID

from lms.accounts import actions, demo_houses, demo_situation, queries, rules
from lms.accounts.actions.catalogues import take
from lms.accounts.models import Person
from lms.accounts.queries.catalogues import catalogue_history
from lms.accounts.rules.catalogues import Catalogue, Facts, Step
from lms.accounts.signing_in import totp
from lms.foundation import secrets
from lms.foundation.database import db, transaction
from lms.foundation.principal import Principal

PASSWORD = "yanxue-2026"  # noqa: S105 - printed by `make run`, for the demonstration only
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
stage = Principal.system_of("demo")


@dataclass(frozen=True)
class Role:
    """Somebody to sign in as: `says` is how `make run` names the role."""

    says: str
    name: str
    phone: str
    birth: str
    organisation: str | None = None
    role: str | None = None


SCHOOL, OTHER_SCHOOL = "安颐职业培训学校（演示）", "启明技能培训中心（演示）"
AUTHORITY = "顺德区人力资源和社会保障局（演示）"
PROVINCE = "广东省人力资源和社会保障厅（演示）"
ENTERPRISE = "美洁家政服务有限公司（演示）"
THIRD_SCHOOL, FEDERATION, EMERGENCY = (
    "禾田职业技术学校（演示）",
    "广东省残疾人联合会（演示）",
    "佛山市应急管理局（演示）",
)
ROLES = (
    Role("学员 trainee", "黄秀兰", "13800000001", "19780712"),
    Role("学员 trainee", "何阿辉", "13800000002", "19900305"),
    Role("机构经办 clerk", "刘敏", "13800000003", "19850918", SCHOOL, "clerk"),
    Role("机构经办（另一家）clerk", "陈波", "13800000004", "19810627", OTHER_SCHOOL, "clerk"),
    Role("主管部门 administrator", "何泉", "13800000005", "19790210", AUTHORITY, "administrator"),
    Role("学时导出（可看全号）export officer", "苏文", "13800000007", "19880430", AUTHORITY, "export_officer"),
    Role("审计 auditor", "罗静", "13800000021", "19830516", AUTHORITY, "auditor"),
    Role("省级主管 administrator of the province", "陆远", "13800000022", "19760321", PROVINCE, "administrator"),
    Role("机构负责人 lead", "林岚", "13800000023", "19760309", SCHOOL, "lead"),
    Role("机构经办（有审核岗）clerk", "余芳", "13800000024", "19920120", THIRD_SCHOOL, "clerk"),
    Role("机构审核 approver", "韦君", "13800000025", "19830214", THIRD_SCHOOL, "approver"),
    Role("残联主管 administrator of one department", "郝然", "13800000026", "19800623", FEDERATION, "administrator"),
    Role("应急主管 administrator of one department", "程安", "13800000027", "19810902", EMERGENCY, "administrator"),
    Role("企业经办 clerk of an enterprise", "郭凤", "13800000028", "19870822", ENTERPRISE, "clerk"),
)
REGION, PLAN = "440606", "P06"


def bring_in() -> dict[str, UUID]:
    """Write organisations and people, once; gives back ids by name."""
    hashed = secrets.hash_password(PASSWORD)
    rows = [actions.prepare([rules.NewPerson(r.name, id_number(r, n), r.phone)])[0] for n, r in enumerate(ROLES)]
    with transaction(stage):
        ids = _organisations()
        met = actions.link_or_create_many(rows, tenant_id=ids[SCHOOL], region_code=REGION, plan_code=PLAN)
        for role, (person_id, new) in zip(ROLES, met, strict=True):
            ids[role.name] = person_id
            if new:
                db.session.get_one(Person, person_id).password_hash = hashed
            if role.organisation and role.role:
                actions.employ(person_id, ids[role.organisation], role.role)
    for role in ROLES:
        if role.organisation:
            _give_app(ids[role.name])
    schools = {name: ids[name] for name in (SCHOOL, OTHER_SCHOOL, THIRD_SCHOOL)}
    demo_houses.furnish(stage, schools, id_number(ROLES[0], len(ROLES)))
    _publish_the_school(ids)
    demo_situation.say(ids["黄秀兰"])
    return ids


def _publish_the_school(ids: dict[str, UUID]) -> None:
    """The school is in notice for the public catalogue, once."""
    facts = Facts(SCHOOL, "training_institution", "佛山市顺德区大良街道", (PLAN,), "农村电商、养老护理员")
    with transaction(stage):
        account = queries.account(ids["何泉"])
    assert account is not None
    with transaction(account.principal):
        if not catalogue_history(Catalogue.INSTITUTION, ids[SCHOOL]):
            asked = (
                Catalogue.INSTITUTION,
                ids[SCHOOL],
                Step.PROPOSE_ENTRY,
                facts,
                "申请材料齐全，拟列入培训机构目录",
                0,
            )
            take(*asked, account.principal)


def _give_app(person_id: UUID) -> None:
    """Staff have their second factor set up already; its code stands on the screen of the demonstration."""
    if totp.enrolled(person_id) is None:
        totp.confirm(person_id, totp.code_now(totp.begin(person_id)))


def id_number(role: Role, order: int) -> str:
    """A made-up number with the right check digit."""
    body = f"440606{role.birth}{order + 100:03}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def _organisations() -> dict[str, UUID]:
    ids = {
        SCHOOL: actions.found_organisation("institution", SCHOOL, REGION),
        OTHER_SCHOOL: actions.found_organisation("institution", OTHER_SCHOOL, "440106"),
        AUTHORITY: actions.found_organisation("authority", AUTHORITY, REGION),
    }
    ids[PROVINCE] = actions.found_organisation("authority", PROVINCE, "44")
    ids[ENTERPRISE] = actions.found_organisation("enterprise", ENTERPRISE, REGION)
    actions.give_scope(ids[AUTHORITY], REGION, None)
    actions.give_scope(ids[PROVINCE], "44", None)
    ids[THIRD_SCHOOL] = actions.found_organisation("institution", THIRD_SCHOOL, REGION)
    for name, region, department in ((FEDERATION, "44", "disabled_federation"), (EMERGENCY, "4406", "emergency")):
        ids[name] = actions.found_organisation("authority", name, region, department=department)
        actions.give_scope(ids[name], region, None, department)
    return ids
