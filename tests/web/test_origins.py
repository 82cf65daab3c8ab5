"""What changes something comes from a page of ours."""

import pytest

OURS = "http://app.lms.localhost:8000"
CONTENT = "http://v1.content.lms.localhost:8000"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": OURS, "Sec-Fetch-Site": "same-origin"}, 302),
        ({}, 302),  # an old browser: the CSRF token guards it
        ({"Origin": CONTENT, "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": CONTENT}, 403),
        ({"Origin": "null"}, 403),  # a sandboxed frame
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_change_is_made_from_our_pages_alone(app, people, client_for, headers, status):
    """The CSRF token is off in tests: this lock stands alone. Sabotage: leave out either header."""
    answer = client_for(people.xiulan).post("/care", headers=headers)
    assert answer.status_code == status
    assert status == 302 or "不是从雁学的页面上发来的" in answer.text


def test_who_only_reads_may_come_from_anywhere(app, people, client_for):
    """A link on another site leads here. Sabotage: look at reading too."""
    answer = client_for(people.xiulan).get("/learn", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200


def test_machines_have_no_cookie_and_may_write_from_anywhere(app, client_for):
    """Sabotage: refuse by Origin whoever it is: browsers of other systems write to the record store by key."""
    answer = client_for(None).post("/xapi/statements", headers={"Origin": "https://other.example"})
    assert answer.status_code == 401
