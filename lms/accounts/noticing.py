"""What waits at the public catalogues: notices that have ended and want a step, for the inbox of an authority."""

from lms.accounts.queries import catalogues
from lms.accounts.rules.catalogues import TITLES
from lms.foundation import clock
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.todo import TodoItem


def todo(principal: Principal) -> list[TodoItem]:
    """Entries whose notice has ended, the longest waiting first."""
    if not principal.may(Permission.CATALOGUE_KEEP):
        return []
    now = clock.now()
    found = [one for one in catalogues.entries_to_keep(principal) if one.notice_until and one.notice_until <= now]
    return [_item(one) for one in found]


def _item(one: catalogues.EntryView) -> TodoItem:
    address: dict[str, object] = {"catalogue": one.catalogue.value, "organisation_id": one.organisation_id}
    title = f"{one.facts.name}：{TITLES[one.catalogue]}公示到期"
    return TodoItem(
        "公开目录", title, one.facts.name, "catalogues.change", address, one.organisation_id, one.notice_until
    )
