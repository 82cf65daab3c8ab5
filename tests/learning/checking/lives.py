"""Trainees whose beats lie in the table as phones send them, so that they can be recomputed."""

import json
import random
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.learning.actions import beating, observing, presence
from lms.learning.checking import reading
from lms.learning.checking.comparing import Outcome, check
from lms.learning.checking.policies import Book
from lms.learning.forms import beats
from lms.learning.models import PresenceCheck
from lms.learning.rules.answers import Answer
from tests.learning.classroom import Classroom, Trainee
from tests.people import SYSTEM

WHYS = ("tick",) * 6 + ("pause", "seek", "hidden", "start", "leave", "ended")
PLACES = ("p1", "p2", "p3", "p4", "", "页" * 80, "p\u200b5", *(f"x{n}" for n in range(12)))
PAUSES = (30, 30, 30, 12.345, 55, 75, 89.999, 95, 400, 0.005, 0)


def send(trainee: Trainee, *claims: tuple[int, list[list[int]], str], **more: object) -> Answer:
    """Deliver beats given as (number, stretches, why), read from the text that a phone would write."""
    said = [
        {"id": str(uuid4()), "seq": seq, "why": why, "position_ms": spans[-1][1] if spans else 0, "stretches": spans}
        for seq, spans, why in claims
    ]
    sent = beats(json.dumps({"beats": [each | more for each in said]}).encode())
    with transaction(trainee.principal):
        return beating.record(trainee.principal.person(), trainee.session_id, sent, "203.0.113.7")


def recompute(room: Classroom, key: str = "xiulan") -> Outcome:
    """What the second rule says of a trainee."""
    return check(reading.material(room.people.ids[key], reading.kept_policies()), Book(reading.dated()))


def live(room: Classroom, key: str, seed: int, events: int = 30) -> None:
    """A random life: two devices, films and pages, breaks of the line, seeks, nights, numbers out of order, checks."""
    dice = random.Random(seed)
    lessons = [room.video_id, *room.lessons]
    devices = [room.trainee(key), room.trainee(key)]
    for device in devices:
        device.open(lesson_id=lessons[0])
    films = {id(device): True for device in devices}
    for _ in range(events):
        clock.turn(timedelta(seconds=dice.choice([*PAUSES, *PAUSES, 3600 * dice.random() * 9])))
        device = dice.choice([devices[0], devices[0], devices[1]])
        if dice.random() < 0.08:
            lesson_id = dice.choice(lessons)
            device.open(dice.choice(["phone", "desktop"]), lesson_id)
            films[id(device)] = lesson_id == room.video_id
            continue
        answer = _film(dice, device) if films[id(device)] else _page(dice, device)
        if answer and answer.check:
            attend(dice, device, UUID(answer.check["id"]))


def _film(dice: random.Random, device: Trainee) -> Answer:
    found = []
    for _ in range(dice.choice([1, 1, 1, 2, 4])):
        device.seq += dice.choice([1, 1, 1, 2])
        start = round(device.place_s * 1000) if dice.random() < 0.8 else dice.randrange(0, 620_000)
        end = start + dice.choice([30_000, 30_000, 12_345, 65_000, 0, 200_000])
        device.place_s = end / 1000 % 700
        found.append((device.seq, [[start, end]] if end > start else [], dice.choice(WHYS)))
    return _shuffled(dice, device, found)


def _page(dice: random.Random, device: Trainee) -> Answer | None:
    place = dice.choice(PLACES)
    if dice.random() < 0.3:
        with transaction(device.principal):
            person_id = device.principal.person()
            return observing.observe(person_id, device.session_id, place=place, body="{}", ip="203.0.113.7")
    found = []
    for _ in range(dice.choice([1, 1, 1, 2])):
        device.seq += dice.choice([1, 1, 2])
        found.append((device.seq, [], dice.choice(WHYS)))
    told = {"place": place} if dice.random() < 0.8 else {}
    return _shuffled(dice, device, found, hidden=dice.random() < 0.15, **told)


def _shuffled(dice: random.Random, device: Trainee, found: list, **more: object) -> Answer:
    if dice.random() < 0.1:
        dice.shuffle(found)
    if dice.random() < 0.1 and len(found) > 1:
        send(device, *found[1:], **more)
        found = found[:1]
    return send(device, *found, **more)


def attend(dice: random.Random, device: Trainee, check_id: UUID) -> None:
    """Answer rightly, wrongly, too late, or not at all."""
    if dice.random() < 0.25:
        return
    clock.turn(timedelta(seconds=dice.choice([5, 12, 59, 61, 200, 90_000])))
    with transaction(SYSTEM):
        right = db.session.scalar(select(PresenceCheck.answer).where(PresenceCheck.id == check_id))
    for _ in range(dice.choice([1, 1, 1, 3])):
        chosen = right if dice.random() < 0.7 else "nonsense"
        with transaction(device.principal):
            told = presence.answer(device.principal.person(), check_id, str(chosen), "touch")
        if told.outcome != "wrong" or not told.check:
            return
        check_id = UUID(told.check["id"])
        with transaction(SYSTEM):
            right = db.session.scalar(select(PresenceCheck.answer).where(PresenceCheck.id == check_id))
