"""Every page that an address alone opens, by role: what it costs, whether everybody can use it, at 360 and at 1280 pixels."""

from collections.abc import Iterator

import pytest

from tests.journeys.conftest import DESK, PHONE, Visitor
from tests.journeys.house import House
from tests.journeys.test_pages import FIRST_VISIT, REQUESTS, Meter

PUBLIC = (
    "/plans", "/plans/P03", "/plans/P08", "/plans/P09", "/plans/traceability", "/plans/programmes/P03-elderly/eligible",
    "/catalogues/institution", "/catalogues/enterprise", "/catalogues/changes", "/regions", "/training-packages/published",
    "/register", "/sign-in/trouble", "/sign-in/slip",
)  # fmt: skip
TRAINEE = (
    "/me/details", "/me/situation", "/me/situation/add", "/me/consent", "/me/eligible", "/me/data", "/me/erase",
    "/me/correction", "/me/invitations", "/me/looks", "/me/records", "/me/security", "/me/phone", "/me/password", "/me/app",
    "/inspections/complaints",
)  # fmt: skip
CLERK = (
    "/cohorts/", "/packages", "/packages/new", "/packages/new?kind=package", "/banks/", "/banks/new", "/learn/papers", "/inbox", "/organisation", "/people", "/training-packages/",
    "/training-packages/new", "/records", "/record-keys", "/record-imports", "/forwardings", "/sign-in-help",
    "/hours/reviews", "/inspections/to-mend", "/sheets", "/learn/papers",
)  # fmt: skip
ADMINISTRATOR = (
    "/inbox", "/reviews", "/organisations", "/registers", "/exports", "/delegations", "/training-packages/reviews", "/records",
    "/hours/reviews", "/inspections", "/inspections/draw", "/sheets",
)  # fmt: skip
AUDITOR = ("/audit", "/inbox", "/recomputed")
LEAD = (
    "/inbox", "/organisation", "/organisation/qualifications/new", "/organisation/staff/new", "/organisation/teachers/new",
)  # fmt: skip
# role: the phone of the demonstration, the pages, the screens on which they are used
ROLES = {
    "public": ("", PUBLIC, (PHONE,)),
    "trainee": ("13800000001", TRAINEE, (PHONE,)),
    "clerk": ("13800000003", CLERK, (PHONE, DESK)),
    "administrator": ("13800000005", ADMINISTRATOR, (PHONE, DESK)),
    "auditor": ("13800000021", AUDITOR, (PHONE, DESK)),
    "lead": ("13800000023", LEAD, (PHONE, DESK)),
}


@pytest.fixture(scope="module", params=list(ROLES))
def role(request: pytest.FixtureRequest, browser, house: House) -> str:  # type: ignore[no-untyped-def]
    """A role that has signed in once; what its browser keeps is left for the visitors below."""
    phone, _, _ = ROLES[request.param]
    visitor = Visitor(browser, house, **PHONE)
    if phone:
        visitor.sign_in(phone)
    visitor.context.storage_state(path=house.data / f"{request.param}.json")
    visitor.context.close()
    return str(request.param)


@pytest.fixture
def visitors(browser, house: House, role: str) -> Iterator[list[Visitor]]:  # type: ignore[no-untyped-def]
    """The role before each of its screens, the cache empty."""
    state = house.data / f"{role}.json"
    found = [Visitor(browser, house, storage_state=state, **screen) for screen in ROLES[role][2]]
    yield found
    for visitor in found:
        visitor.context.close()


def test_every_page_of_a_role(visitors: list[Visitor], role: str) -> None:
    """Sabotage: a field without a label, a table that is no card on a phone, a script that the policy stops, two headings."""
    faults = [f"{address}: {fault}" for v in visitors for address in ROLES[role][1] for fault in _faults(v, address)]
    assert faults == []


def _faults(visitor: Visitor, address: str) -> Iterator[str]:
    meter, page = Meter().watch(visitor), visitor.page
    answer = page.goto(address, wait_until="load")
    if (
        answer is None
        or answer.status != 200
        or page.url.split("?")[0] != visitor.origin + address.split("?", maxsplit=1)[0]
    ):
        yield f"answered {answer and answer.status} at {page.url}"
        return
    if meter.own > FIRST_VISIT or meter.requests > REQUESTS or meter.strangers:
        yield f"{meter.own} bytes in {meter.requests} requests, strangers {meter.strangers}"
    if page.evaluate("document.querySelectorAll('h1').length") != 1:
        yield "not one heading"
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if width > 0:
        yield f"{width} pixels too wide"
    try:
        visitor.accessible()
    except AssertionError as fault:
        yield str(fault)[:600]
    yield from visitor.complaints
    visitor.complaints.clear()
