"""What each role may do: one table."""

from lms.foundation.permissions import Permission

ROLES: dict[str, frozenset[Permission]] = {
    "clerk": frozenset({Permission.PACKAGE_UPLOAD, Permission.COHORT_FILE, Permission.ROSTER_IMPORT}),
    "administrator": frozenset(
        {Permission.PACKAGE_REVIEW, Permission.COHORT_APPROVE, Permission.HOURS_EXPORT, Permission.INBOX_READ}
    ),
    "export_officer": frozenset({Permission.HOURS_EXPORT, Permission.HOURS_EXPORT_FULL}),
}
EVERYBODY = frozenset({Permission.LESSON_STUDY})


def permissions_of(roles: frozenset[str]) -> frozenset[Permission]:
    """What somebody with these roles may do."""
    return EVERYBODY.union(*(ROLES[role] for role in roles))
