"""What each role may do: one table."""

from lms.foundation.permissions import Permission

ROLES: dict[str, frozenset[Permission]] = {
    # Of an institution or enterprise: 经办 prepares, 审核 looks a second time, 负责人 answers for staff and papers.
    "clerk": frozenset(
        {
            Permission.SIGN_IN_HELP,
            Permission.BANK_KEEP,
            Permission.QUIZ_MARK,
            Permission.TRAINING_WRITE,
            Permission.TRAINING_SIGN,
            Permission.PERSON_READ,
            Permission.PERSON_VOUCH,
            Permission.PERSON_SENSITIVE,
            Permission.PERSON_CORRECT,
            Permission.PACKAGE_UPLOAD,
            Permission.COHORT_FILE,
            Permission.HOURS_CORRECT,
            Permission.INSPECTION_MEND,
            Permission.ROSTER_IMPORT,
            Permission.ORGANISATION_READ,
            Permission.TEACHERS_KEEP,
            Permission.INBOX_READ,
            Permission.RECORD_READ,
            Permission.RECORD_EXCHANGE,
            Permission.LRS_KEY_MANAGE,
        }
    ),
    "approver": frozenset(
        {
            Permission.SIGN_IN_HELP,
            Permission.TRAINING_SIGN,
            Permission.FILING_APPROVE,
            Permission.ORGANISATION_READ,
            Permission.INBOX_READ,
            Permission.PERSON_READ,
            Permission.PERSON_PROVE,
            Permission.PERSON_SENSITIVE,
        }
    ),
    "lead": frozenset(
        {
            Permission.SIGN_IN_HELP,
            Permission.TRAINING_SIGN,
            Permission.PERSON_READ,
            Permission.PERSON_REVEAL,
            Permission.INSPECTION_MEND,
            Permission.STAFF_MANAGE,
            Permission.RECORD_READ,
            Permission.RECORD_EXCHANGE,
            Permission.LRS_KEY_MANAGE,
            Permission.TEACHERS_KEEP,
            Permission.ORGANISATION_READ,
            Permission.INBOX_READ,
        }
    ),
    # Of an authority.
    "administrator": frozenset(
        {
            Permission.SIGN_IN_HELP,
            Permission.TRAINING_REVIEW,
            Permission.PERSON_READ,
            Permission.PERSON_PROVE,
            Permission.PERSON_SENSITIVE,
            Permission.PERSON_REVEAL,
            Permission.PERSON_MERGE,
            Permission.PACKAGE_REVIEW,
            Permission.COHORT_APPROVE,
            Permission.HOURS_CORRECT,
            Permission.HOURS_EXPORT,
            Permission.HOURS_CHECK,
            Permission.HOURS_REVIEW,
            Permission.INSPECTION_DO,
            Permission.INBOX_READ,
            Permission.ORGANISATION_ADMIT,
            Permission.CATALOGUE_KEEP,
            Permission.REGION_IMPORT,
            Permission.RECORD_READ,
            Permission.RECORD_EXCHANGE,
            Permission.LRS_KEY_MANAGE,
            Permission.WORK_DELEGATE,
        }
    ),
    "export_officer": frozenset(
        {
            Permission.SIGN_IN_HELP,
            Permission.HOURS_EXPORT,
            Permission.HOURS_EXPORT_FULL,
            Permission.INBOX_READ,
            Permission.WORK_DELEGATE,
        }
    ),
    "auditor": frozenset(
        {Permission.HOURS_CHECK, Permission.AUDIT_READ, Permission.INBOX_READ, Permission.RECORD_READ}
    ),
}
EVERYBODY = frozenset({Permission.LESSON_STUDY})
WORDS = {
    "clerk": "经办",
    "approver": "审核",
    "lead": "负责人",
    "administrator": "主管",
    "export_officer": "学时导出",
    "auditor": "审计",
}
OF_TENANTS = ("clerk", "approver", "lead")
OF_AUTHORITIES = ("administrator", "export_officer", "auditor")


def permissions_of(roles: frozenset[str]) -> frozenset[Permission]:
    """What somebody with these roles may do."""
    return EVERYBODY.union(*(ROLES[role] for role in roles))
