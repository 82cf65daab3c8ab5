"""Plans, programmes and dated thresholds, as loaded from the data files."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class Plan(db.Model):  # type: ignore[name-defined]
    """One of the ten plans."""

    __tablename__ = "plan"

    code: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str]
    title: Mapped[str]
    line: Mapped[str]
    remote: Mapped[bool]


class Programme(db.Model):  # type: ignore[name-defined]
    """What a class is filed under."""

    __tablename__ = "programme"

    code: Mapped[str] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(ForeignKey("plan.code"))
    title: Mapped[str]
    line: Mapped[str]


class Policy(db.Model):  # type: ignore[name-defined]
    """One dated threshold; rows are added, never changed."""

    __tablename__ = "policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    value: Mapped[int]
    jurisdiction: Mapped[str]
    programme_code: Mapped[str | None] = mapped_column(ForeignKey("programme.code"))
    effective_from: Mapped[date]
    source: Mapped[str]
    confidence: Mapped[str]


class HourPolicy(Dated, db.Model):  # type: ignore[name-defined]
    """A set of thresholds that hours were credited under, kept under the id that ledger rows name."""

    __tablename__ = "hour_policy"

    id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str]
    rows: Mapped[list[Any]]


class PlanTarget(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A target that came after the seed; rows are added, never changed. The seed's own are in the data files."""

    __tablename__ = "plan_target"

    code: Mapped[str] = mapped_column(unique=True)
    plan_code: Mapped[str] = mapped_column(ForeignKey("plan.code"))
    item: Mapped[str]
    unit: Mapped[str]
    at_least: Mapped[int]
    said: Mapped[str]
    since: Mapped[date | None]
    until: Mapped[date | None]
    programmes: Mapped[list[Any]]
    source: Mapped[str]
    note: Mapped[str]


class PilotCity(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A place begins or ends to pilot learning at a distance under a plan; the newest row of the closest place holds."""

    __tablename__ = "pilot_city"
    __table_args__ = (UniqueConstraint("plan_code", "region_code", "effective_from"),)

    plan_code: Mapped[str] = mapped_column(ForeignKey("plan.code"))
    region_code: Mapped[str]
    opens: Mapped[bool]
    effective_from: Mapped[date]
    source: Mapped[str]
