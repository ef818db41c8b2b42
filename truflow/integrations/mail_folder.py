"""Captured mails as files: one .eml each, named so that they sort by time."""

import datetime as dt
import email
import email.policy
import os
import secrets
from dataclasses import dataclass
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

SUFFIX = ".eml"


@dataclass(frozen=True)
class CapturedFile:
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class CapturedMail:
    """A mail as it would have gone out."""

    id: str
    message_id: str
    sender: str
    to: str
    subject: str
    html: str
    text: str
    at: dt.datetime
    attachments: tuple[CapturedFile, ...]


def store(folder: Path, mail: bytes, at: dt.datetime) -> Path:
    """Write one mail so that a reader sees all of it or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"{at.strftime('%Y%m%dT%H%M%S%f')}-{secrets.token_hex(4)}{SUFFIX}"
    draft = final.with_suffix(".tmp")
    with draft.open("xb") as file:
        file.write(mail)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(final)
    return final


def read(folder: Path) -> list[CapturedMail]:
    """All mails of the folder, newest first."""
    if not folder.is_dir():
        return []
    return [_parsed(path) for path in sorted(folder.glob(f"*{SUFFIX}"), reverse=True)]


@lru_cache(maxsize=500)
def _parsed(path: Path) -> CapturedMail:
    """A stored mail never changes, so it is read once."""
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    stamp = path.name.rsplit("-", 1)[0]
    return CapturedMail(
        id=path.stem,
        message_id=str(mail["Message-ID"]),
        sender=str(mail["From"]),
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        html=_body(mail, "html"),
        text=_body(mail, "plain"),
        at=dt.datetime.strptime(stamp, "%Y%m%dT%H%M%S%f").replace(tzinfo=dt.UTC),
        attachments=tuple(_attachment(part) for part in mail.iter_attachments()),
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _attachment(part: EmailMessage) -> CapturedFile:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return CapturedFile(
        filename=part.get_filename() or "attachment",
        content_type=" ".join(str(part["Content-Type"]).split()),
        content=content,
    )
