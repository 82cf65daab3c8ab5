"""Both sign, each for its own, what stands there now: a state machine, walked at random."""

from dataclasses import replace
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from lms.publishing.rules import signatures
from lms.publishing.rules.signatures import Authored, Signature, State

SCHOOL, ENTERPRISE, STRANGER, AUTHORITY = (UUID(int=n) for n in range(1, 5))
PEOPLE = {
    UUID(int=10): SCHOOL,
    UUID(int=11): SCHOOL,
    UUID(int=12): ENTERPRISE,
    UUID(int=13): STRANGER,
    UUID(int=14): AUTHORITY,
}
anybody = st.sampled_from(sorted(PEOPLE))
rarely = st.sampled_from([False, False, False, False, True])


class Package(RuleBasedStateMachine):
    """What people do to a version, as the actions do it: ask the rules, then write."""

    def __init__(self) -> None:
        super().__init__()
        self.version = Authored(State.DRAFT, 1, (SCHOOL, ENTERPRISE))
        self.content, self.signed_content = 0, {}
        self.approved_as: tuple[int, Authored] | None = None

    @rule()
    def change(self) -> None:
        if signatures.refuse_change(self.version) is None:
            self.version, self.content = self.version.changed(), self.content + 1

    @rule(person=anybody, stale=rarely, problems=rarely)
    def sign(self, person, stale, problems) -> None:
        seen, organisation = self.version.revision - stale, PEOPLE[person]  # the door asks for whom a person works
        if signatures.refuse_signature(self.version, organisation, person, seen, problems) is None:
            assert not stale and not problems
            one = Signature(organisation, person, self.version.revision)
            self.version = replace(self.version, signatures=(*self.version.signatures, one))
            self.signed_content[one] = self.content

    @rule()
    def submit(self) -> None:
        if signatures.refuse_submission(self.version) is None:
            self.version = replace(self.version, state=State.SUBMITTED)

    @rule()
    def withdraw(self) -> None:
        if signatures.refuse_withdrawal(self.version) is None:
            self.version = replace(self.version, state=State.DRAFT)

    @rule(person=anybody, approve=st.booleans(), stale=rarely)
    def decide(self, person, approve, stale) -> None:
        seen = self.version.revision - stale
        refused = signatures.refuse_decision(self.version, person, {PEOPLE[person]}, UUID(int=10), seen, approve)
        if refused is None:
            assert PEOPLE[person] not in (SCHOOL, ENTERPRISE)
            self.version = replace(self.version, state=State.APPROVED if approve else State.RETURNED)
            if approve:
                self.approved_as = (self.content, self.version)

    @invariant()
    def what_is_approved_was_signed_by_both_as_it_is(self) -> None:
        """Sabotage: keep the signatures over a change; count revisions back; approve without asking complete."""
        if self.version.state in (State.SUBMITTED, State.APPROVED):
            held = self.version.standing
            assert {one.organisation_id for one in held} == {SCHOOL, ENTERPRISE}
            assert len({one.person_id for one in held}) == 2
            assert all(self.signed_content[one] == self.content for one in held)

    @invariant()
    def what_is_approved_never_changes(self) -> None:
        if self.approved_as:
            assert self.approved_as == (self.content, self.version)


TestPackage = Package.TestCase
TestPackage.settings = settings(deadline=None, max_examples=60, stateful_step_count=30)


def test_a_package_takes_a_school_and_an_enterprise() -> None:
    assert signatures.refuse_authors(["enterprise", "institution"]) is None
    for kinds in (["institution", "institution"], ["enterprise", "enterprise"], ["institution", "authority"], []):
        assert signatures.refuse_authors(kinds)


def test_nobody_signs_for_both() -> None:
    """One person on the staff of both. Sabotage: ask for organisations alone."""
    both = uuid4()
    version = Authored(State.DRAFT, 3, (SCHOOL, ENTERPRISE), (Signature(SCHOOL, both, 3),))
    assert "另一个人签" in (signatures.refuse_signature(version, ENTERPRISE, both, 3, 0) or "")
    assert signatures.refuse_signature(version.changed(), ENTERPRISE, both, 4, 0) is None


def test_changing_back_does_not_bring_a_signature_back() -> None:
    signed = Authored(
        State.DRAFT,
        3,
        (SCHOOL, ENTERPRISE),
        (Signature(SCHOOL, UUID(int=10), 3), Signature(ENTERPRISE, UUID(int=12), 3)),
    )
    assert signed.complete and signed.step == 3
    assert not signed.changed().changed().complete


def test_an_approval_asks_for_both_signatures_again() -> None:
    """Whatever way it came to be waiting. Sabotage: approve without asking complete."""
    half = Authored(State.SUBMITTED, 3, (SCHOOL, ENTERPRISE), (Signature(SCHOOL, UUID(int=10), 3),))
    told = signatures.refuse_decision(half, UUID(int=14), {AUTHORITY}, UUID(int=10), 3, True)
    assert told == "两家还没有都签，不能批准"
    assert signatures.refuse_decision(half, UUID(int=14), {AUTHORITY}, UUID(int=10), 3, False) is None
