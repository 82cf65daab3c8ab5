"""Accounts elsewhere by which somebody may sign in here."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts.models.people import SEALED
from lms.foundation.database import Dated, Identified, db


class WechatBinding(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """The WeChat account (openid under our official account) of a person."""

    __tablename__ = "wechat_binding"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    openid: Mapped[bytes] = mapped_column(info=SEALED)
    openid_index: Mapped[bytes] = mapped_column(unique=True)


class ProvinceIdentity(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Who a person is to the province's single sign-on: issuer and a keyed hash of its subject."""

    __tablename__ = "province_identity"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    issuer: Mapped[str]
    subject_index: Mapped[bytes]
