"""Addresses inside manifests: IRIs that name, URLs that launch, paths that must lead to a file of the package."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import normpath
from urllib.parse import quote, unquote, urlsplit

from courses.gate.names import tidy

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_FORBIDDEN = re.compile(r"""[\x00-\x20\x7f<>"{}|\\^`]""")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[^\s/@?#:\[\]]+|\[[0-9A-Fa-f:.]+\]")
SAFE = "/+!$&'()*,;=:@~-._"
"""What stays as it is in the path of an address."""


def is_absolute(iri: str) -> bool:
    """Whether an IRI has a scheme, something behind it, and no letter that an IRI may not hold (RFC 3987)."""
    scheme = _SCHEME.match(iri)
    return (
        scheme is not None and len(iri) > len(scheme[0]) and not _FORBIDDEN.search(iri) and not _BAD_ESCAPE.search(iri)
    )


def has_scheme(url: str) -> bool:
    """Whether a URL begins with a scheme."""
    return bool(_SCHEME.match(url))


def spelling(url: str) -> str:
    """The first letter or escape that a URL may not hold (RFC 1738 §2.2; letters beyond ASCII are forgiven); empty where all is well."""
    bad = _FORBIDDEN.search(url)
    if bad:
        return "空格" if bad[0] in " \t\r\n" else bad[0]
    return "%" if _BAD_ESCAPE.search(url) else ""


def is_web(url: str) -> bool:
    """Whether a URL is a whole address of the web: http or https, with a host and a port that is one."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    host = parts.netloc.rpartition("@")[2]
    return parts.scheme in ("http", "https") and bool(_HOST.match(host)) and not parts.username


class Paths:
    """The paths of a package, to be found as they were written, percent-encoded, or in another case."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        self._folded = {name.casefold(): name for name in self._names}

    def find(self, reference: str) -> "Target":
        """Where a relative reference leads; see Target."""
        before, mark, fragment = reference.partition("#")
        path, query_mark, query = before.partition("?")
        tail = query_mark + query + mark + fragment
        for candidate in (unquote(path), path):
            plain = resolved(candidate)
            if plain in self._names:
                return Target(plain, plain, tail)
        plain = resolved(unquote(path))
        return Target(plain, self._folded.get((plain or "").casefold()), tail)


@dataclass(frozen=True)
class Target:
    """What a reference asks for: `wanted` (None where it climbs out), `name` (the real path, None where missing), query and fragment."""

    wanted: str | None
    name: str | None
    tail: str

    @property
    def entry(self) -> str:
        """The address as lessons keep it: percent-encoded path with its own query and fragment."""
        return quote(self.name or "", SAFE) + self.tail

    @property
    def other_case(self) -> bool:
        """Whether the file is there only under capital or small letters that differ."""
        return self.name is not None and self.name != self.wanted


def resolved(path: str) -> str | None:
    """A relative path without `.` and `..`; None where it leads outside or begins at the root."""
    path = path.replace("\\", "/")
    if path.startswith("/"):
        return None
    plain = normpath(path) if path else ""
    return None if plain == ".." or plain.startswith("../") else tidy(plain)


def joined(*bases: str) -> str:
    """References put one behind the other, as xml:base asks: each counts from the folder of those before it."""
    result = ""
    for base in bases:
        if has_scheme(base) or base.startswith("/"):
            result = base
        elif base:
            folder, slash, _ = result.rpartition("/")
            result = folder + slash + base if slash or not has_scheme(result) else result + base
    return result
