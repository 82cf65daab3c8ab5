"""An address that an administrator types is no way into the inside."""

import socket
from collections.abc import Callable

import pytest
from flask import Flask

from lms.lrs import outside
from lms.lrs.outside import Unreachable, allowed_address, is_public

INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "2002:7f00:0001::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "198.18.0.1", "240.0.0.1", "192.0.2.1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_inner_addresses_in_every_form(address: str) -> None:
    """Sabotage: ask is_private alone: link-local, shared and translated ones pass."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_addresses_of_the_open_internet(address: str) -> None:
    """Sabotage: refuse everything."""
    assert is_public(address)


def resolved(*addresses: str) -> Callable[..., list[tuple[object, ...]]]:
    """A resolver that knows one name."""
    return lambda host, port, **_: [(0, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: look at the first address alone."""
    monkeypatch.setattr(outside.socket, "getaddrinfo", resolved("93.184.216.34", "10.0.0.5"))
    with pytest.raises(Unreachable, match="内部网络"):
        allowed_address("lrs.example.cn", 443)


def test_the_connection_goes_to_the_address_that_was_looked_at(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: let http.client look the name up again: it may have changed its mind."""
    went: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], *_: object) -> None:
        went.append(address)
        raise OSError

    monkeypatch.setattr(outside.socket, "getaddrinfo", resolved("93.184.216.34"))
    monkeypatch.setattr(outside.socket, "create_connection", connect)
    with pytest.raises(OSError):
        outside.connection("https://lrs.example.cn/xapi").connect()
    assert went == [("93.184.216.34", 443)]


def test_a_name_that_nobody_knows_is_said_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: let gaierror out."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(outside.socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match="找不到"):
        outside.connection("https://nowhere.example/xapi")


def test_production_speaks_https_alone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: leave the scheme out of connection()."""
    monkeypatch.setattr(outside, "settings", type("Settings", (), {"testing": False}))
    with pytest.raises(Unreachable, match="https"):
        outside.connection("http://lrs.example.cn/xapi")
    with pytest.raises(Unreachable, match="内部网络"):
        outside.connection("https://127.0.0.1/xapi")
