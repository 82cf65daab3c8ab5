"""Which hosts abroad there are, and what the policy of other people's pages says. Pure."""

import pytest

from lms.learning.rules.isolation import SANDBOX, host_of, may_go, policy

APP = "https://lms.example.cn"


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("player.example.com", "player.example.com"),
        (" HTTPS://Player.Example.com/a/b?c ", "player.example.com"),
        ("player.example.com:8443", "player.example.com:8443"),
        ("http://player.example.com", None),
        ("wss://player.example.com", None),
        ("https://user:word@player.example.com", None),
        ("*.example.com", None),
        ("localhost", None),
        ("127.0.0.1", None),
        ("'unsafe-inline'", None),
        ("example.com; script-src *", None),
        ("example.com\nx: y", None),
        ("", None),
        ("a" * 300 + ".com", None),
    ],
)
def test_what_is_a_host(typed: str, host: str | None) -> None:
    """Nothing typed there can say anything else in a policy. Sabotage: take it as it was typed."""
    assert host_of(typed) == host


def test_where_a_lesson_may_go() -> None:
    """Sabotage: compare the end of the name, or leave the scheme out."""
    allowed = ("player.example.com",)
    assert may_go("https://player.example.com/c/1?x=1", allowed)
    for address in (
        "http://player.example.com/",
        "https://player.example.com.evil.example/",
        "https://evil.example/player.example.com",
        "https://player.example.com@evil.example/",
        "javascript:alert(1)",
        "//player.example.com/",
    ):
        assert not may_go(address, allowed), address


def test_the_policy_names_nobody_but_who_was_allowed() -> None:
    """Sabotage: let any https host in."""
    alone = policy(APP)
    assert "https://" not in alone.replace(APP, "")
    assert f"sandbox {SANDBOX}" in alone and f"frame-ancestors 'self' {APP}" in alone
    assert "media-src" not in alone and "report-uri" not in alone
    more = policy(APP, ("a.example.com",), "https://files.example.cn", "/_csp/t")
    assert more.count("https://a.example.com") == 4
    assert "media-src 'self' blob: data: https://a.example.com https://files.example.cn" in more
    assert more.count("https://files.example.cn") == 1
    assert more.endswith("report-uri /_csp/t")
