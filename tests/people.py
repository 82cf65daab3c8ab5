"""The people of the tests: made up, each with a name and a role."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import update

from lms.accounts import actions, models, queries, rules
from lms.foundation import secrets
from lms.foundation.database import transaction
from lms.foundation.principal import Principal

SYSTEM = Principal.system_of("tests")
PASSWORD = "daxue-2026-lychee"
RURAL_ECOMMERCE = "P06-rural_ecommerce"


def id_number(region: str, birth: str, order: int) -> str:
    """A made-up identity number with the right check digit: region 6, birth yyyymmdd, order 0–999."""
    body = f"{region}{birth}{order:03}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


@dataclass(frozen=True)
class Somebody:
    """A person of the tests; `works` is (organisation, role) or nothing for a trainee."""

    name: str
    birth: str
    order: int
    phone: str
    works: tuple[str, str] | None = None

    @property
    def id_number(self) -> str:
        """Their made-up identity number."""
        return id_number("440681", self.birth, self.order)


# key: (kind, name, region, scope region or None, plan or None)
ORGANISATIONS = {
    "anyi": ("institution", "安颐职业培训学校", "440606", None, None),
    "qiming": ("institution", "启明技能培训中心", "440106", None, None),
    "shunde": ("authority", "顺德区人力资源和社会保障局", "440606", "440606", "P06"),
    "tianhe": ("authority", "天河区人力资源和社会保障局", "440106", "440106", "P06"),
    "meijie": ("enterprise", "美洁家政服务有限公司", "440606", None, None),
    "canlian": ("authority", "广东省残疾人联合会", "440000", "44", "P10"),
}
PEOPLE = {
    "xiulan": Somebody("黄秀兰", "19780712", 322, "13800000001"),
    "ahui": Somebody("何阿辉", "19900305", 115, "13800000002"),
    "liumin": Somebody("刘敏", "19850918", 226, "13800000003", ("anyi", "clerk")),
    "yufang": Somebody("余芳", "19920120", 348, "13800000008", ("anyi", "clerk")),
    "chenbo": Somebody("陈波", "19810627", 417, "13800000004", ("qiming", "clerk")),
    "hequan": Somebody("何泉", "19790210", 533, "13800000005", ("shunde", "administrator")),
    "zhaojun": Somebody("赵军", "19750811", 619, "13800000006", ("tianhe", "administrator")),
    "suwen": Somebody("苏文", "19880430", 724, "13800000007", ("shunde", "export_officer")),
    # An approver makes a school's filings wait for a second person: tests/world.py lets her work at anyi, no other test does.
    "weijun": Somebody("韦君", "19830214", 246, "13800000009"),
    "linlan": Somebody("林岚", "19760309", 365, "13800000010", ("anyi", "lead")),
    "fangyu": Somebody("方语", "19820516", 484, "13800000011", ("shunde", "auditor")),
    "guofeng": Somebody("郭凤", "19870822", 642, "13800000013", ("meijie", "clerk")),
    "haoran": Somebody("郝然", "19800623", 571, "13800000012", ("canlian", "administrator")),
}


@dataclass
class Cast:
    """Everybody, once they are in the tables: ids by key."""

    ids: dict[str, UUID] = field(default_factory=dict)
    organisations: dict[str, UUID] = field(default_factory=dict)

    def __getattr__(self, key: str) -> UUID:
        try:
            return self.ids[key]
        except KeyError:
            raise AttributeError(key) from None

    def principal(self, key: str) -> Principal:
        """What this person may do, as sign-in would find it."""
        with transaction(SYSTEM):
            account = queries.account(self.ids[key])
        assert account is not None
        return account.principal


def bring_in(cast: Cast | None = None) -> Cast:
    """Write organisations and people; trainees are known to the school anyi in 440606 for P06."""
    cast = cast or Cast()
    password = _password_hash()
    rows = actions.prepare([_new(body) for body in PEOPLE.values()])
    with transaction(SYSTEM) as session:
        for key, (kind, name, region, scope, plan) in ORGANISATIONS.items():
            cast.organisations[key] = actions.found_organisation(kind, name, region)
            if scope:
                actions.give_scope(cast.organisations[key], scope, plan)
        place = {"tenant_id": cast.organisations["anyi"], "region_code": "440606", "plan_code": "P06"}
        made = [person_id for person_id, _ in actions.link_or_create_many(rows, **place)]
        cast.ids |= zip(PEOPLE, made, strict=True)
        session.execute(update(models.Person).where(models.Person.id.in_(made)).values(password_hash=password))
        for key, body in PEOPLE.items():
            if body.works:
                actions.employ(cast.ids[key], cast.organisations[body.works[0]], body.works[1])
    return cast


def _new(body: Somebody) -> rules.NewPerson:
    return rules.NewPerson(body.name, body.id_number, body.phone)


_hash: list[str] = []


def _password_hash() -> str:
    """Everybody's password is the same, hashed once a run."""
    if not _hash:
        _hash.append(secrets.hash_password(PASSWORD))
    return _hash[0]
