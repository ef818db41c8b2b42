"""A new password by mail: for whom, how often, for how long, and what it ends."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import NOW, Clock
from tests.kit.looking import one, rows
from truflow.errors import Invalid, InvalidCredentials, LinkSpent, RateLimited
from truflow.integrations import mail_folder
from truflow.services import admin_links, admins
from truflow.services.views import AdminView
from truflow.settings import get_settings

HOME = "198.51.100.7"
MAYA, PASSWORD, NEW = "maya@example.com", "correct horse battery staple", "a quiet field of oats"
Deliver = Callable[[], int]


@pytest.fixture
def maya(practice: Engine) -> AdminView:
    return admins.create_admin(MAYA, "Maya Weaver", PASSWORD, now=NOW)


def mails() -> list[str]:
    """What arrived, the newest first."""
    return [mail.text for mail in mail_folder.read(get_settings().data_dir / "mail")]


def token_of(mail: str) -> str:
    """What the link in this mail carries."""
    found = re.search(r"/admin/password-reset/new\?t=([\w-]+)", mail)
    assert found
    return found.group(1)


def ask(deliver: Deliver, clock: Clock, email: str = MAYA) -> str:
    admin_links.ask(email, client=HOME, now=clock.now)
    deliver()
    return token_of(mails()[0])


def test_the_link_of_the_mail_changes_the_password(maya: AdminView, deliver: Deliver, clock: Clock) -> None:
    old, elsewhere = (admins.sign_in(MAYA, PASSWORD, client=c, now=NOW)[0] for c in (HOME, "203.0.113.9"))
    token = ask(deliver, clock, MAYA.upper())
    assert admin_links.choose(token, NEW, client=HOME, now=clock.now) == maya
    assert admins.who(old, now=clock.now) is admins.who(elsewhere, now=clock.now) is None
    with pytest.raises(InvalidCredentials):
        admins.sign_in(MAYA, PASSWORD, client=HOME, now=clock.now)
    assert admins.sign_in(MAYA, NEW, client=HOME, now=clock.now)


def test_whoever_has_the_mail_is_let_in_while_strangers_try(maya: AdminView, deliver: Deliver, clock: Clock) -> None:
    for n in range(6):
        with pytest.raises((InvalidCredentials, RateLimited)):
            admins.sign_in(MAYA, "not this one at all", client=f"203.0.113.{n}", now=clock.now)
    with pytest.raises(RateLimited):
        admins.sign_in(MAYA, PASSWORD, client=HOME, now=clock.now)
    admin_links.choose(ask(deliver, clock), NEW, client=HOME, now=clock.now)
    assert admins.sign_in(MAYA, NEW, client=HOME, now=clock.now)


def test_a_link_works_once_and_takes_the_others_with_it(maya: AdminView, deliver: Deliver, clock: Clock) -> None:
    first, second = ask(deliver, clock), ask(deliver, clock)
    assert first != second
    admin_links.choose(first, NEW, client=HOME, now=clock.now)
    for spent in (first, second):
        with pytest.raises(LinkSpent):
            admin_links.choose(spent, "another good one, honest", client=HOME, now=clock.now)
    assert admins.sign_in(MAYA, NEW, client=HOME, now=clock.now)


def test_a_link_works_for_half_an_hour(maya: AdminView, deliver: Deliver, clock: Clock) -> None:
    token = ask(deliver, clock)
    with pytest.raises(LinkSpent):
        admin_links.choose(token, NEW, client=HOME, now=clock.forward(minutes=30))
    admin_links.choose(token, NEW, client=HOME, now=clock.forward(seconds=-1))


@pytest.mark.races
def test_of_twenty_at_once_one_uses_the_link(maya: AdminView, deliver: Deliver, clock: Clock) -> None:
    token = ask(deliver, clock)

    def choose(n: int) -> str:
        try:
            admin_links.choose(token, f"{NEW} number {n}", client=f"203.0.113.{n}", now=clock.now)
        except LinkSpent:
            return "spent"
        return "changed"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(choose, range(20)))
    assert (answers.count("changed"), answers.count("spent")) == (1, 19)


def test_a_bad_password_leaves_the_link_as_it_is(maya: AdminView, deliver: Deliver, clock: Clock) -> None:
    token = ask(deliver, clock)
    for bad in ("short", "x" * 200, "maya-weaver-2027"):
        with pytest.raises(Invalid) as refusal:
            admin_links.choose(token, bad, client=HOME, now=clock.now)
        assert list(refusal.value.fields) == ["password"]
    admin_links.choose(token, NEW, client=HOME, now=clock.now)


def test_nobody_learns_who_may_sign_in(maya: AdminView, deliver: Deliver, clock: Clock, house: Engine) -> None:
    for email in (MAYA, "nobody@example.com"):
        before = {table: one(house, f"select count(*) from {table}") for table in ("one_time_token", "outbox")}
        assert admin_links.ask(email, client=HOME, now=clock.now) is None
        after = {table: one(house, f"select count(*) from {table}") for table in before}
        assert {table: after[table] - before[table] for table in before} == {"one_time_token": 1, "outbox": 1}
    deliver()
    assert [row["recipient"] for row in rows(house, "select recipient from email_message")] == [MAYA]


def test_what_no_mail_carried_opens_nothing(maya: AdminView, deliver: Deliver, clock: Clock, house: Engine) -> None:
    from truflow.models import TokenPurpose
    from truflow.services import one_time

    admin_links.ask("nobody@example.com", client=HOME, now=clock.now)
    for_nobody = one_time.raw_of(TokenPurpose.ADMIN_PASSWORD, one(house, "select id from one_time_token"))
    for made_up in (for_nobody, "", "x" * 5000, one(house, "select hash from one_time_token")):
        with pytest.raises(LinkSpent):
            admin_links.choose(made_up, NEW, client=HOME, now=clock.now)


def test_guessing_links_ends_after_twenty(maya: AdminView, clock: Clock) -> None:
    answers = []
    for n in range(25):
        try:
            admin_links.choose(f"guess-{n}", NEW, client=HOME, now=clock.now)
        except (LinkSpent, RateLimited) as refusal:
            answers.append(refusal.code)
    assert answers == ["NOT_FOUND"] * 20 + ["RATE_LIMITED"] * 5


@pytest.mark.races
def test_of_fifty_requests_from_one_address_five_are_heard(maya: AdminView, deliver: Deliver, clock: Clock) -> None:
    def one_more(_: int) -> str:
        try:
            admin_links.ask(MAYA, client=HOME, now=clock.now)
        except RateLimited:
            return "refused"
        return "heard"

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(one_more, range(50)))
    assert (answers.count("heard"), answers.count("refused")) == (5, 45)
    deliver()
    assert len(mails()) == 5


@pytest.mark.races
def test_fifty_requests_from_fifty_places_send_five_mails_and_all_get_one_answer(
    maya: AdminView, deliver: Deliver, clock: Clock
) -> None:
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda n: admin_links.ask(MAYA, client=f"203.0.113.{n}", now=clock.now), range(51)))
    deliver()
    assert len(mails()) == 5
    admin_links.choose(token_of(mails()[-1]), NEW, client=HOME, now=clock.now)


def test_links_are_kept_as_hashes_and_in_no_queue(
    maya: AdminView, deliver: Deliver, clock: Clock, house: Engine
) -> None:
    token = ask(deliver, clock)
    tables = [row["tablename"] for row in rows(house, "select tablename from pg_tables where schemaname = 'public'")]
    holding = [name for name in tables if token in str(rows(house, f'select * from "{name}"'))]
    assert holding == []
    assert MAYA not in str(rows(house, "select * from outbox")) + str(rows(house, "select * from huey_task"))


def test_somebody_who_was_removed_gets_no_mail_and_her_link_is_dead(
    maya: AdminView, deliver: Deliver, clock: Clock
) -> None:
    admins.create_admin("ben@example.com", "Ben", PASSWORD, now=NOW)
    token = ask(deliver, clock, "ben@example.com")
    admin_links.ask("ben@example.com", client=HOME, now=clock.now)
    admins.remove(2, now=clock.now)
    deliver()
    assert len(mails()) == 1
    with pytest.raises(LinkSpent):
        admin_links.choose(token, NEW, client=HOME, now=clock.now)


def test_an_invitation_is_the_only_way_in(maya: AdminView, deliver: Deliver, clock: Clock, house: Engine) -> None:
    ben = admin_links.invite("ben@example.com", "Ben Okoro", actor="admin:1", now=clock.now)
    deliver()
    assert "Ben Okoro" in mails()[0]
    admin_links.choose(token_of(mails()[0]), NEW, client=HOME, now=clock.now)
    assert admins.sign_in("ben@example.com", NEW, client=HOME, now=clock.now)[1] == ben
    with pytest.raises(Invalid):
        admin_links.invite("BEN@example.com", "Ben", actor="admin:1", now=clock.now)


def test_what_is_no_address_is_refused(maya: AdminView, clock: Clock) -> None:
    with pytest.raises(Invalid):
        admin_links.ask("not an address", client=HOME, now=clock.now)


def test_old_links_are_swept_away(maya: AdminView, deliver: Deliver, clock: Clock, house: Engine) -> None:
    ask(deliver, clock)
    clock.forward(days=2)
    ask(deliver, clock)
    with house.begin() as connection:
        assert connection.execute(text("select count(*) from one_time_token")).scalar_one() == 1
