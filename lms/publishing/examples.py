"""A training package for the demonstration: written by a school and an enterprise, signed by both, approved, by the steps of the pages."""

from lms.foundation.database import transaction
from lms.foundation.principal import Principal
from lms.publishing.actions import syllabus, training
from lms.publishing.queries import training as queries
from lms.publishing.rules.syllabus import Description, Item, Standard

PROGRAMME = "P03-elderly"
CARE = Standard("4-10-01-05", "养老护理员国家职业技能标准（2019年版）", "五级/初级工")
WORDS = Description(
    "养老护理员初级培训包（演示）", "给想做养老护理的人：先学职业道德和安全，再学生活照护和基础照护。", CARE
)
# number, words, tenths of a class hour of theory and of practice
ITEMS = (
    ("1", "职业道德和法律", 0, 0),
    ("1.1", "养老护理员的职业道德", 20, 0),
    ("1.2", "老年人权益和劳动合同", 20, 0),
    ("2", "安全和卫生", 0, 0),
    ("2.1", "洗手和防感染", 10, 10),
    ("2.2", "防跌倒、防烫伤、防走失", 20, 10),
    ("2.3", "心肺复苏和噎食急救", 20, 40),
    ("3", "生活照护", 0, 0),
    ("3.1", "饮食照护", 20, 40),
    ("3.2", "排泄照护", 20, 40),
    ("3.3", "清洁照护", 20, 60),
    ("3.4", "睡眠照护", 10, 10),
    ("4", "基础照护", 0, 0),
    ("4.1", "体温、脉搏、呼吸和血压", 20, 20),
    ("4.2", "用药照护", 10, 10),
    ("4.3", "压疮预防和体位转换", 20, 40),
    ("4.4", "失智老人的照护", 20, 20),
)


def bring_in(school: Principal, enterprise: Principal, administrator: Principal) -> None:
    """Write the package, let both sign, approve it; once."""
    with transaction(school):
        if any(one.title == WORDS.title for one in queries.trainings_of(school)):
            return
        version_id = training.begin(enterprise.tenant(), PROGRAMME, WORDS)
        for number, title, theory, practical in ITEMS:
            syllabus.put_item(version_id, Item(number, title, theory, practical))
    for author in (school, enterprise):
        with transaction(author):
            training.sign(version_id, queries.training(version_id).revision)
    with transaction(school):
        training.submit(version_id)
    with transaction(administrator):
        revision = queries.training(version_id).revision
        training.decide(version_id, approve=True, reason="", remarks={}, seen_revision=revision)
