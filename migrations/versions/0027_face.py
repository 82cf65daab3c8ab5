"""A face: looks that a provider is asked for, and what it said; no picture is kept."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0027"
down_revision = "0026"

TIME = sa.DateTime(timezone=True)
# The same as for proofs: the person, their school, the authority over it.
SEEN = "person_id = lms_person() or tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"
OUTCOMES = "('passed', 'refused', 'other_person', 'reused')"


def upgrade() -> None:
    """Looks and their results; a proof by face names its look."""
    _look()
    _result()
    op.add_column("identity_proof", sa.Column("face_id", sa.Uuid, sa.ForeignKey("face_look.id")))
    op.create_index("uq_identity_proof_face_id", "identity_proof", ["face_id"], unique=True)
    op.drop_constraint("face", "identity_proof", type_="check")
    _from_now_on("face", "(method = 'face') = (face_id is not null)")
    _from_now_on("picture", "image_hash is null or method = 'face'")
    for table in ("face_look", "face_result"):
        tenancy.protect(op, table, SEEN)
    tenancy.append_only(op, "face_result")


def _placed() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("region_code", sa.Text, nullable=False),
        sa.Column("plan_code", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
    ]


def _look() -> None:
    op.create_table(
        "face_look",
        *_placed(),
        sa.Column("registration_id", sa.Uuid, sa.ForeignKey("registration.id"), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("handle", sa.LargeBinary),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.CheckConstraint("started_at < ends_at", name="times"),
    )
    # One token of a provider is one look, whoever brings it.
    op.create_index("uq_face_look_token_hash", "face_look", ["token_hash"], unique=True)
    op.create_index("ix_face_look_person_id_started_at", "face_look", ["person_id", "started_at"])


def _result() -> None:
    op.create_table(
        "face_result",
        *_placed(),
        sa.Column("look_id", sa.Uuid, sa.ForeignKey("face_look.id"), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("score", sa.Float),
        sa.CheckConstraint(f"outcome in {OUTCOMES}", name="outcome"),
        sa.CheckConstraint("score between 0 and 100", name="score"),
    )
    op.create_index("uq_face_result_look_id", "face_result", ["look_id"], unique=True)
    op.create_index("ix_face_result_person_id_at", "face_result", ["person_id", "at"])


def _from_now_on(name: str, rule: str) -> None:
    """What was written before stays as it is."""
    op.execute(f"alter table identity_proof add constraint ck_identity_proof_{name} check ({rule}) not valid")


def downgrade() -> None:
    """As it was; proofs by face stay, under the rule of before from then on."""
    for name in ("picture", "face"):
        op.drop_constraint(name, "identity_proof", type_="check")
    _from_now_on("face", "(method = 'face') = (image_hash is not null)")
    op.drop_column("identity_proof", "face_id")
    op.drop_table("face_result")
    op.drop_table("face_look")
