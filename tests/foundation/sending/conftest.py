"""Providers on this machine, and a post office that knows them."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from lms.foundation.sending.post import Post, open_post
from lms.foundation.sending.settings import read
from tests.foundation.sending.providers import Providers, open_providers


@pytest.fixture
def providers() -> Iterator[Providers]:
    """Alibaba Cloud, Tencent Cloud and WeChat, as far as they matter here."""
    with open_providers() as house:
        yield house


@pytest.fixture
def post_of(app: Flask, providers: Providers, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Post]:
    """Open a real post office (no demonstration) with accounts at the named providers."""

    def open_with(*names: str, **more: str) -> Post:
        post = open_post(read({**providers.environ(*names), **more}), demo=False)
        monkeypatch.setitem(app.extensions, "post", post)
        return post

    return open_with
