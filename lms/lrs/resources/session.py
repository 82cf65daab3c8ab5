"""What every resource needs to answer: for whom, in which version, and the transaction of the caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lms.foundation.database import Opening, db, transaction, widened
from lms.foundation.principal import Principal
from lms.lrs.connection import PLAIN, Sql, ask, cursor, first_answer
from lms.lrs.keys import Caller
from lms.lrs.rules.entry import Authority, account_of
from lms.lrs.rules.exchange import Call
from lms.lrs.rules.versions import Version


class Unknown(Exception):
    """There is no such statement or document (404)."""


class Forbidden(Exception):
    """The key may not do this (403)."""


class MethodNotAllowed(Exception):
    """The resource has no such method (405); the message lists those it has."""


@dataclass(frozen=True)
class Session:
    """A caller who speaks one version."""

    caller: Caller
    version: Version
    authority_home: str

    @property
    def authority(self) -> Authority:
        """Whose word the caller's statements are: the account of the key."""
        return account_of(self.authority_home, f"{self.caller.name}/{self.caller.key_id or 'platform'}")

    @contextmanager
    def transaction(self, opening: Opening = PLAIN) -> Iterator[tuple[Sql, int]]:
        """A transaction that sees this tenant alone, and the answer to what it was opened for; raises NotSignedIn.

        Behind the inner door one is open already (the session row of a learner is locked): then a savepoint of it, so that
        a refusal undoes what it must and leaves the rest.
        """
        outer, asked = db.session(), opening.with_values(key=self.caller.key_id)
        if outer.in_transaction():
            with outer.begin_nested(), widened("lrs: a learner's session speaks for the tenant"):
                sql = cursor()
                yield sql, first_answer(ask(sql, asked))
        else:
            with transaction(Principal(organisations=frozenset({self.caller.tenant_id})), asked):
                yield cursor(), first_answer(asked.row)


def need(call: Call, *methods: str) -> None:
    """Refuse a method that the resource does not have."""
    if call.method not in methods and not (call.method == "HEAD" and "GET" in methods):
        raise MethodNotAllowed(", ".join(methods))
