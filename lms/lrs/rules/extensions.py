"""Extensions (Data 4.1): any JSON under keys that are IRIs. The one place where null is welcome."""

from collections.abc import Iterable

from lms.lrs.rules.iri import check_iri


def check_extensions(keys: Iterable[str], where: str) -> None:
    """Every key is an IRI; raises Invalid."""
    for key in keys:
        check_iri(key, f"{where}[{key[:80]!r}]")
