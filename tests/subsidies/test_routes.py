"""The pages: ask, wait, download; and the public page from which anybody can check."""

import hashlib
from uuid import uuid4

import pytest
from flask import Flask

from lms.foundation import evidence, secrets
from lms.foundation.database import transaction
from lms.foundation.evidence import note, sequencer, tree
from lms.subsidies import routes, verify
from tests.learning.classroom import Classroom, an_open_class
from tests.people import SYSTEM, Cast
from tests.subsidies.exporting import a_studied_class, ask, done


@pytest.fixture
def room(people: Cast, turn_clock) -> Classroom:  # type: ignore[no-untyped-def]
    return a_studied_class(people)


def sent(room: Classroom, **more: str) -> dict[str, str]:
    return {"cohort_id": str(room.cohort_id), "identity": "masked", "reason": "", "token": str(uuid4()), **more}


def test_asking_leads_to_the_page_that_waits_and_then_to_the_files(client_for, people: Cast, room: Classroom) -> None:  # type: ignore[no-untyped-def]
    client = client_for(people.hequan)
    page = client.get("/exports")
    assert "农村电商第 7 期（2026-07）安颐职业培训学校" in page.text
    assert 'value="full"' not in page.text
    answer = client.post("/exports", data=sent(room))
    assert answer.status_code == 303
    address = answer.location
    waiting = client.get(address).text
    assert 'hx-trigger="every 2s"' in waiting
    assert "刷新看进度" in waiting
    export_id = address.rsplit("/", 1)[1]
    assert client.get(f"{address}/bundle.zip").status_code == 409
    export, _ = done(export_id)
    finished = client.get(address).text
    assert "生成好了，已封存" in finished
    assert "hx-trigger" not in finished
    assert routes.grouped(export.result.bundle_sha256) in finished
    bundle = client.get(f"{address}/bundle.zip")
    assert hashlib.sha256(bundle.data).hexdigest() == export.result.bundle_sha256
    assert bundle.content_length == export.result.bundle_bytes
    sheet = client.get(f"{address}/hours.xlsx")
    assert hashlib.sha256(sheet.data).hexdigest() == export.result.sheet_sha256
    assert "已封存" in client.get("/exports").text
    paper = client.get(f"{address}/print").text
    assert all(words in paper for words in ("黄*兰", "440681********3226", "6:00", "可申领 0 学时", "盖章处"))


def test_others_get_404(client_for, people: Cast, room: Classroom) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: leave the scope out of queries or the permission off a route."""
    export, _ = done(ask(people, room))
    for key in ("zhaojun", "liumin", "xiulan"):
        client = client_for(people.ids[key])
        for address in (
            f"/exports/{export.id}",
            f"/exports/{export.id}/bundle.zip",
            f"/exports/{export.id}/hours.xlsx",
        ):
            assert client.get(address).status_code == 404, (key, address)
    assert client_for(people.zhaojun).post("/exports", data=sent(room)).status_code == 404


def test_whole_numbers_are_downloaded_only_by_who_may_make_them(client_for, people: Cast, room: Classroom) -> None:  # type: ignore[no-untyped-def]
    """A colleague of the same authority without the permission. Sabotage: skip the check in _finished."""
    export, _ = done(ask(people, room, "suwen", "full", "报补贴"))
    assert client_for(people.suwen).get(f"/exports/{export.id}/hours.xlsx").status_code == 200
    colleague = client_for(people.hequan)
    for file in ("hours.xlsx", "bundle.zip", "print"):
        assert colleague.get(f"/exports/{export.id}/{file}").status_code == 404
    page = colleague.get(f"/exports/{export.id}").text
    assert "下载要有专门的权限" in page
    assert 'hours.xlsx"' not in page


def test_a_form_that_asks_too_much_says_so_and_keeps_what_was_chosen(client_for, people: Cast, room: Classroom) -> None:  # type: ignore[no-untyped-def]
    answer = client_for(people.hequan).post("/exports", data=sent(room, identity="full", reason="想要"))
    assert answer.status_code == 422
    assert "完整身份证号要有专门的权限" in answer.text
    assert 'value="想要"' in answer.text
    answer = client_for(people.suwen).post("/exports", data=sent(room, identity="full"))
    assert answer.status_code == 422
    assert "写一句为什么要完整的身份证号" in answer.text


def test_full_numbers_want_a_proof_of_the_last_minutes(client_for, people: Cast, room: Classroom, turn_clock) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: leave require_fresh_proof() out of ask()."""
    client = client_for(people.suwen)
    turn_clock(minutes=11)
    answer = client.post("/exports", data=sent(room, identity="full", reason="报补贴"))
    assert answer.location.startswith("/me/prove")
    assert client.post("/exports", data=sent(room)).location.startswith("/exports/")


@pytest.mark.parametrize("broken", [{"cohort_id": "x"}, {"identity": "naked"}, {"token": ""}, {"reason": "长" * 201}])
def test_broken_forms_are_422(client_for, people: Cast, room: Classroom, broken: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    assert client_for(people.hequan).post("/exports", data=sent(room, **broken)).status_code == 422


def test_a_failed_export_says_why(client_for, people: Cast, turn_clock) -> None:  # type: ignore[no-untyped-def]
    export_id = ask(people, an_open_class(people))
    done(export_id)
    page = client_for(people.hequan).get(f"/exports/{export_id}").text
    assert "这个班还没有学时记录" in page
    assert "再导出一次" in page
    assert "hx-trigger" not in page


def test_an_authority_without_classes_is_told_what_will_be_here(client_for, people: Cast) -> None:  # type: ignore[no-untyped-def]
    assert "还没有能导出的班" in client_for(people.zhaojun).get("/exports").text


# The public page


def test_anybody_can_get_the_program_and_the_key(client_for, app: Flask) -> None:  # type: ignore[no-untyped-def]
    client = client_for(None)
    page = client.get("/verify").text
    program = client.get("/verify/verify.py").data
    assert routes.grouped(hashlib.sha256(program).hexdigest()) in page
    fingerprint = note.fingerprint(secrets.signing_key().public_key())
    assert routes.grouped(fingerprint) in page
    vkey = client.get("/verify/key.txt").text.strip()
    assert hashlib.sha256(verify.key_of(vkey)[2]).hexdigest() == fingerprint


def test_checkpoints_and_their_consistency_are_public(client_for, app: Flask) -> None:  # type: ignore[no-untyped-def]
    """Who kept an old checkpoint can show that the log only grew. Sabotage: serve the path of another size."""
    client = client_for(None)
    assert client.get("/verify/checkpoint.txt").status_code == 404
    heads = []
    for count in (5, 8):
        with transaction(SYSTEM):
            for nth in range(count):
                evidence.append("test", {"nth": nth})
        evidence.checkpoint_now()
        text = note.open_note(
            client.get("/verify/checkpoint.txt").text, sequencer.origin(), secrets.signing_key().public_key()
        )
        heads.append(note.read_checkpoint(text))
    old, new = heads
    path = [bytes.fromhex(line) for line in client.get(f"/verify/consistency/{old.size}/{new.size}.txt").text.split()]
    assert tree.is_consistent(old.size, old.root, new.size, new.root, path)
    assert client.get(f"/verify/consistency/{new.size}/{new.size + 1}.txt").status_code == 404
