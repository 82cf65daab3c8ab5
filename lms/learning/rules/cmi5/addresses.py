"""The address of an AU (cmi5 8.1): as the package wrote it, with the parameters of the launch merged into its query."""

import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

# What may stand in a path or query as it is: unreserved, sub-delimiters, and escapes that the author wrote.
_AS_WRITTEN = "/:@!$&'(),;=+*-._~%?"


def is_abroad(entry: str) -> bool:
    """Whether an AU lies on another server than ours."""
    return bool(urlsplit(entry).scheme)


def address_of(folder: str, entry: str) -> str:
    """The whole address of an entry; `folder` is where the files of the package lie, ending in a slash."""
    parts = urlsplit(entry if is_abroad(entry) else folder + entry.lstrip("/"))
    path, query = quote(parts.path, safe=_AS_WRITTEN), quote(parts.query, safe=_AS_WRITTEN)
    return urlunsplit((parts.scheme, parts.netloc, path, query, quote(parts.fragment, safe=_AS_WRITTEN)))


def with_parameters(address: str, parameters: Mapping[str, str]) -> str:
    """The address with parameters added to its query (13.1.4.0-3), before a fragment."""
    parts = urlsplit(address)
    added = urlencode(parameters, quote_via=quote, safe="")
    query = f"{parts.query}&{added}" if parts.query else added
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def origin_of(address: str) -> str:
    """The origin of an address abroad, as browsers write it."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def written(actor: Mapping[str, object]) -> str:
    """An agent as a parameter carries it."""
    return json.dumps(actor, ensure_ascii=False, separators=(",", ":"))
