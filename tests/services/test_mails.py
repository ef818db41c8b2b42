"""Mail: at its times, by one of two servers and never by both, counted where nobody knows, and sent again."""

import datetime as dt
import socket
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.kit.clock import Clock, local
from tests.kit.looking import rows
from tests.kit.post_office import HANG_UP, SILENT, PostOffice
from truflow.integrations import mail, mail_smtp
from truflow.services import mail_sending, outbox
from truflow.services.effects import KINDS
from truflow.services.outbox import Fenced

SLOT = local(2, "10:00")
ATTEMPTS = [0, 1, 6, 21]
"""Minutes after the booking: at once, then 1, 5 and 15 after the attempt before."""

Deliver = Callable[[], int]


def nobody() -> str:
    """A server where nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"smtp://127.0.0.1:{probe.getsockname()[1]}"


def attempts(clock: Clock, deliver: Deliver, minutes: int = 40) -> list[int]:
    """The minutes, counted from now, at which a worker that looks every ten seconds tries something."""
    started, tried = clock.now, []
    while clock.now < started + dt.timedelta(minutes=minutes):
        if deliver():
            tried.append((clock.now - started).total_seconds() / 60)
        clock.forward(seconds=10)
    return [int(each) if each == int(each) else -1 for each in tried]


def row(database: Engine) -> dict[str, Any]:
    return rows(database, "select status, attempts, facts, last_code, message_id from email_message")[0]


REFUSALS = [
    ("GREETING", "554 go away"),
    ("GREETING", "421 too busy"),
    ("MAIL", "553 5.1.8 this sender is not yours"),
    ("RCPT", "451 4.7.1 greylisted"),
    ("RCPT", "550 5.7.1 relaying denied"),
    ("RCPT", "554 blocked"),
    ("DATA", "451 later"),
    ("END", "554 looks like spam"),
    ("END", "451 later"),
]
SILENCES = [(verb, how) for verb in ("GREETING", "EHLO", "MAIL", "RCPT", "DATA") for how in (SILENT, HANG_UP)]


@pytest.mark.parametrize(("verb", "reply"), REFUSALS + SILENCES)
def test_the_second_serves_at_once_when_the_first_refuses_or_is_silent(
    promised: Engine, deliver: Deliver, serve: Any, first: PostOffice, second: PostOffice, verb: str, reply: str
) -> None:
    serve(first.url, second.url)
    first.replies[verb] = reply
    deliver()
    sent = row(promised)
    assert (sent["status"], sent["attempts"]) == ("SENT", 1)
    assert second.message_ids == [sent["message_id"]]
    assert first.calls == 1
    assert "uncertain" not in sent["facts"]
    assert rows(promised, "select 1 from admin_alert") == []


def test_the_second_serves_when_nobody_answers_at_the_first(
    promised: Engine, deliver: Deliver, serve: Any, second: PostOffice
) -> None:
    serve(nobody(), second.url)
    deliver()
    assert row(promised)["status"] == "SENT"
    assert len(second.mails) == 1


def test_the_second_is_left_alone_while_the_first_takes_the_mail(
    promised: Engine, deliver: Deliver, serve: Any, first: PostOffice, second: PostOffice
) -> None:
    serve(first.url, second.url)
    deliver()
    assert (len(first.mails), second.calls) == (1, 0)


@pytest.mark.parametrize("reply", ["550 5.1.1 no such user", "550 no such user", "553 what is that", "551 moved away"])
def test_an_address_that_does_not_exist_is_asked_of_nobody_else_and_told_at_once(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice, second: PostOffice, reply: str
) -> None:
    serve(first.url, second.url)
    first.replies["RCPT"] = reply
    assert attempts(clock, deliver) == [0]
    assert row(promised)["status"] == "FAILED"
    assert rows(promised, "select rule from admin_alert") == [{"rule": "mail_failed"}]
    assert second.calls == 0


@pytest.mark.parametrize("how", [SILENT, HANG_UP, "nonsense"])
def test_a_lost_answer_binds_the_mail_to_its_server_and_every_doubt_is_counted(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice, second: PostOffice, how: str
) -> None:
    serve(first.url, second.url)
    first.replies["END"] = how
    assert attempts(clock, deliver) == ATTEMPTS
    failed = row(promised)
    assert (failed["status"], failed["attempts"]) == ("FAILED", 4)
    assert failed["facts"] == {"provider": 0, "uncertain": 4}
    assert first.message_ids == [failed["message_id"]] * 4
    assert second.calls == 0, "it may have gone out already"
    assert len(rows(promised, "select rule from admin_alert")) == 1


def test_after_one_lost_answer_the_second_is_not_asked_even_when_the_first_refuses(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice, second: PostOffice
) -> None:
    serve(first.url, second.url)
    first.replies["END"] = HANG_UP
    deliver()
    first.replies["END"] = "451 later"
    clock.forward(minutes=1)
    deliver()
    assert row(promised)["status"] == "QUEUED"
    del first.replies["END"]
    clock.forward(minutes=5)
    deliver()
    sent = row(promised)
    assert (sent["status"], sent["attempts"], sent["facts"]) == ("SENT", 3, {"provider": 0, "uncertain": 1})
    assert set(first.message_ids) == {sent["message_id"]}
    assert second.calls == 0


def test_a_lost_answer_of_the_second_binds_the_mail_to_the_second(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice, second: PostOffice
) -> None:
    serve(first.url, second.url)
    first.replies["MAIL"] = "451 later"
    second.replies["END"] = HANG_UP
    deliver()
    first.replies.clear()
    second.replies.clear()
    clock.forward(minutes=1)
    deliver()
    assert row(promised)["status"] == "SENT"
    assert (len(first.mails), len(second.mails)) == (0, 2)


def test_with_both_down_it_is_tried_at_its_times_and_one_alert_is_raised(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice, second: PostOffice
) -> None:
    serve(first.url, second.url)
    first.replies["GREETING"], second.replies["GREETING"] = HANG_UP, "421 too busy"
    assert attempts(clock, deliver) == ATTEMPTS
    failed = row(promised)
    assert (failed["status"], failed["attempts"], failed["facts"]) == ("FAILED", 4, {})
    assert (first.calls, second.calls) == (4, 4)
    assert rows(promised, "select rule, closed_at from admin_alert") == [{"rule": "mail_failed", "closed_at": None}]


def test_a_refusal_for_good_by_one_server_is_not_final_while_the_other_is_only_away(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice, second: PostOffice
) -> None:
    serve(first.url, second.url)
    first.replies["MAIL"] = "553 this sender is not yours"
    second.replies["GREETING"] = HANG_UP
    deliver()
    assert row(promised)["status"] == "QUEUED"
    second.replies.clear()
    clock.forward(minutes=1)
    deliver()
    assert row(promised)["status"] == "SENT"


def test_both_refuse_for_good_and_nobody_waits_for_a_miracle(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice, second: PostOffice
) -> None:
    serve(first.url, second.url)
    first.replies["END"] = second.replies["END"] = "554 looks like spam"
    assert attempts(clock, deliver) == [0]
    assert row(promised)["status"] == "FAILED"


class Killed(BaseException):
    """What a power cut is to the code that runs."""


@pytest.mark.parametrize("arrived", [True, False])
def test_a_worker_killed_while_handing_over_is_a_doubt_too(
    promised: Engine,
    clock: Clock,
    deliver: Deliver,
    serve: Any,
    first: PostOffice,
    second: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
    arrived: bool,
) -> None:
    serve(first.url, second.url)
    real = mail.deliver

    def dies(*given: Any) -> None:
        if arrived:
            real(*given)
        raise Killed

    monkeypatch.setattr(mail, "deliver", dies)
    with pytest.raises(Killed):
        deliver()
    monkeypatch.setattr(mail, "deliver", real)
    first.replies["GREETING"] = "421 too busy"
    assert deliver() == 0, "the lease still runs"
    clock.forward(seconds=121)
    deliver()
    assert row(promised)["status"] == "QUEUED"
    first.replies.clear()
    clock.forward(minutes=5)
    deliver()
    sent = row(promised)
    assert (sent["status"], sent["facts"]) == ("SENT", {"provider": 0, "uncertain": 1})
    assert first.message_ids == [sent["message_id"]] * (1 + arrived)
    assert second.calls == 0


def test_a_worker_that_slept_past_its_lease_asks_no_second_server_and_writes_nothing(
    promised: Engine,
    clock: Clock,
    deliver: Deliver,
    serve: Any,
    first: PostOffice,
    second: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serve(first.url, second.url)
    real = mail.deliver

    def sleeps(*given: Any) -> None:
        monkeypatch.setattr(mail, "deliver", real)
        clock.forward(seconds=121)
        deliver()
        raise mail.MailFailed("refused", "smtp-421")

    asleep = outbox.claim(KINDS, now=clock.now)
    assert asleep is not None
    monkeypatch.setattr(mail, "deliver", sleeps)
    with pytest.raises(Fenced):
        mail_sending.send(asleep, clock.now)
    assert (row(promised)["status"], row(promised)["last_code"]) == ("SENT", None)
    assert (len(first.mails), second.calls) == (1, 0)


def test_a_slow_server_is_given_up_before_the_lease_runs_out(
    promised: Engine,
    deliver: Deliver,
    serve: Any,
    first: PostOffice,
    second: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serve(first.url, second.url)
    monkeypatch.setattr(mail_smtp, "PATIENCE_S", 0.0)
    deliver()
    assert row(promised)["status"] == "QUEUED"
    assert (first.mails, second.mails) == ([], [])
    assert outbox.LEASE.total_seconds() > 2 * 40
