"""What packages say of their own lessons, SCOs and AUs alike: shown beside the hours, and completing none of them."""

from collections import Counter
from uuid import UUID

from lms.learning.queries import cmi5, scorm
from lms.learning.rules.cmi5 import words as cmi5_words


def said_of(registration_id: UUID) -> dict[UUID, str]:
    """The sentence for each lesson of a registration that said anything: 课件说：学完了，通过了，90 分（满分 100 分）."""
    scos = {lesson_id: f"课件说：{one.words}" for lesson_id, one in scorm.standings(registration_id).items()}
    aus = {lesson_id: cmi5_words.words(one) for lesson_id, one in cmi5.aus_of(registration_id).items()}
    return {lesson_id: sentence for lesson_id, sentence in {**aus, **scos}.items() if sentence}


def done_of_cohort(cohort_id: UUID) -> dict[UUID, str]:
    """What the SCOs or AUs of a class said, in short, by registration: 学完 3 课，通过 1 课; 达到要求 2 课."""
    done: Counter[UUID] = Counter()
    passed: Counter[UUID] = Counter()
    for (registration_id, _), one in scorm.standings_of_cohort(cohort_id).items():
        done[registration_id] += one.done
        passed[registration_id] += one.success == "passed"
    scos = {id: f"学完 {count} 课" + (f"，通过 {passed[id]} 课" if passed[id] else "") for id, count in done.items()}
    return {**{id: f"达到要求 {count} 课" for id, count in cmi5.satisfied_of_cohort(cohort_id).items()}, **scos}
