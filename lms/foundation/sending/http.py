"""Asking a provider over HTTP, briefly, and without a word of what was sent in any error."""

import logging
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from lms.foundation.sending.messages import ProviderAway

# At DEBUG it writes down addresses, and an address holds phone, code and secret.
logging.getLogger("urllib3").setLevel(logging.INFO)
# Somebody waits in front of the page: connecting and answering may take so many seconds.
PATIENCE = (2.0, 5.0)


def ask(method: str, url: str, **rest: Any) -> dict[str, Any]:
    """The JSON that a provider answers; raises ProviderAway, which names the kind of failure alone."""
    try:
        answer = requests.request(method, url, timeout=PATIENCE, allow_redirects=False, **rest)
        found = answer.json()
    except (requests.RequestException, ValueError) as problem:
        # from None: the exception of the library holds the address, and the address may hold a secret
        raise ProviderAway(type(problem).__name__) from None
    if answer.status_code >= 500 or not isinstance(found, dict):
        raise ProviderAway(f"HTTP {answer.status_code}")
    return found


def fetch(url: str, most: int) -> bytes:
    """A file of a provider, at most so many bytes; raises ProviderAway, which names the kind of failure alone."""
    try:
        with requests.get(url, timeout=PATIENCE, allow_redirects=False, stream=True) as answer:
            found = answer.raw.read(most + 1, decode_content=True)
    except (requests.RequestException, HTTPError, OSError) as problem:
        raise ProviderAway(type(problem).__name__) from None
    if answer.status_code != 200 or not found or len(found) > most:
        raise ProviderAway(f"HTTP {answer.status_code}")
    return bytes(found)
