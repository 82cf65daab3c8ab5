"""Trainees whose beats lie in the table as phones send them, so that they can be recomputed."""

import json
import random
from datetime import timedelta
from uuid import uuid4

from lms.foundation import clock
from lms.foundation.database import transaction
from lms.learning.actions import beating
from lms.learning.checking import reading
from lms.learning.checking.comparing import Outcome, check
from lms.learning.checking.policies import Book
from lms.learning.forms import beats
from lms.learning.rules.answers import Answer
from tests.learning.classroom import Classroom, Trainee

WHYS = ("tick",) * 6 + ("pause", "seek", "hidden", "start", "leave", "ended")


def send(trainee: Trainee, *claims: tuple[int, list[list[int]], str]) -> Answer:
    """Deliver beats given as (number, stretches, why), read from the text that a phone would write."""
    said = [
        {"id": str(uuid4()), "seq": seq, "why": why, "position_ms": spans[-1][1] if spans else 0, "stretches": spans}
        for seq, spans, why in claims
    ]
    sent = beats(json.dumps({"beats": said}).encode())
    with transaction(trainee.principal):
        return beating.record(trainee.principal.person(), trainee.session_id, sent, "203.0.113.7")


def recompute(room: Classroom, key: str = "xiulan") -> Outcome:
    """What the second rule says of a trainee."""
    return check(reading.material(room.people.ids[key], reading.kept_policies()), Book(reading.dated()))


def live(room: Classroom, key: str, seed: int, events: int = 30) -> None:
    """A random life: two devices, breaks of the line, seeks, repeats, nights, numbers out of order."""
    dice = random.Random(seed)
    devices = [room.trainee(key), room.trainee(key)]
    for device in devices:
        clock.turn(timedelta(milliseconds=1))
        device.open()
    for _ in range(events):
        passed = dice.choice([30, 30, 30, 12.345, 55, 75, 89.999, 95, 400, 0.005, 3600 * dice.random() * 9])
        clock.turn(timedelta(seconds=passed))
        device = dice.choice([devices[0], devices[0], devices[1]])
        if dice.random() < 0.08:
            device.open(dice.choice(["phone", "desktop"]))
            continue
        send(device, *_claims(dice, device))


def _claims(dice: random.Random, device: Trainee) -> list[tuple[int, list[list[int]], str]]:
    found = []
    for _ in range(dice.choice([1, 1, 1, 2, 4])):
        device.seq += dice.choice([1, 1, 1, 2])
        start = round(device.place_s * 1000) if dice.random() < 0.8 else dice.randrange(0, 620_000)
        end = start + dice.choice([30_000, 30_000, 12_345, 65_000, 0, 200_000])
        device.place_s = end / 1000 % 700
        found.append((device.seq, [[start, end]] if end > start else [], dice.choice(WHYS)))
    if dice.random() < 0.1:
        dice.shuffle(found)
    return found
