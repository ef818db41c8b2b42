"""The number of a receipt, and the tax as it was when the first money came."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity
from sqlmodel import Field, SQLModel

from truflow.models.base import moment


class Receipt(SQLModel, table=True):
    """One a booking, numbered in the order in which money came; never changed. A number may be left out."""

    __table_args__ = (CheckConstraint("tax_rate_milli between 0 and 100000", name="tax_rate_sane"),)

    booking_id: UUID = Field(foreign_key="booking.id", primary_key=True)
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), nullable=False, unique=True))
    issued_at: dt.datetime = moment()
    tax_name: str = ""
    tax_rate_milli: int = 0
