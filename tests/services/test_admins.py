"""Signing in, and what a session is worth: how long, for whom, and when it ends."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pwdlib import PasswordHash
from sqlalchemy import Engine

from tests.kit.clock import NOW, Clock
from tests.kit.looking import one, rows
from truflow.domain.passwords import parse_password
from truflow.errors import Invalid, InvalidCredentials, LastAdmin, NotFound, RateLimited
from truflow.services import admins, passwords
from truflow.services.views import AdminView

HOME, CAFE, LIBRARY = "198.51.100.7", "203.0.113.200", "203.0.113.201"
MAYA, PASSWORD = "maya@example.com", "correct horse battery staple"


@pytest.fixture
def maya(practice: Engine) -> AdminView:
    return admins.create_admin(MAYA, "Maya Weaver", PASSWORD, now=NOW)


def come(now: dt.datetime = NOW, *, client: str = HOME, password: str = PASSWORD, **more: str) -> str:
    """The cookie of somebody who signs in."""
    return admins.sign_in(more.pop("email", MAYA), password, client=client, now=now, **more)[0]


def test_the_cookie_is_worth_nothing_to_who_reads_our_tables(maya: AdminView, house: Engine) -> None:
    raw = come()
    assert len(raw) >= 43
    kept = str(rows(house, "select * from session"))
    assert raw not in kept
    assert HOME not in kept
    assert admins.who(rows(house, "select id_hash from session")[0]["id_hash"], now=NOW) is None


@pytest.mark.parametrize("made_up", ["", None, "x", "x" * 5000, "é\x00"])
def test_a_made_up_cookie_opens_nothing(maya: AdminView, made_up: str | None) -> None:
    assert admins.who(made_up, now=NOW) is None


def test_a_session_ends_after_half_an_hour_without_its_owner(maya: AdminView, clock: Clock) -> None:
    raw = come()
    assert admins.who(raw, now=clock.forward(minutes=29)) == maya
    assert admins.who(raw, now=clock.forward(minutes=29)) == maya
    assert admins.who(raw, now=clock.forward(minutes=30)) is None


def test_a_page_that_asks_again_by_itself_keeps_no_session_alive(maya: AdminView, clock: Clock) -> None:
    raw = come()
    for _ in range(29):
        assert admins.who(raw, now=clock.forward(minutes=1), seen=False) == maya
    assert admins.who(raw, now=clock.forward(minutes=1), seen=False) is None


def test_a_session_ends_after_twelve_hours_whatever_its_owner_does(maya: AdminView, clock: Clock) -> None:
    raw = come()
    while clock.now < NOW + dt.timedelta(hours=11, minutes=59):
        assert admins.who(raw, now=clock.forward(minutes=10 if clock.now < NOW + dt.timedelta(hours=11) else 1)) == maya
    assert admins.who(raw, now=NOW + dt.timedelta(hours=12)) is None


def test_a_sign_in_ends_the_session_that_this_browser_had(maya: AdminView) -> None:
    before, elsewhere = come(), come(client=CAFE)
    after = come(instead_of=before)
    assert after != before
    assert admins.who(before, now=NOW) is None
    assert admins.who(after, now=NOW) == admins.who(elsewhere, now=NOW) == maya


def test_a_copied_cookie_dies_when_its_owner_signs_out(maya: AdminView) -> None:
    raw = copied = come()
    admins.sign_out(raw, now=NOW)
    assert admins.who(copied, now=NOW) is None


def test_sessions_are_listed_and_ended_one_by_one(maya: AdminView) -> None:
    here, there = come(device="Firefox on Mac"), come(client=CAFE, device="Safari on iPhone")
    admins.create_admin("ben@example.com", "Ben", PASSWORD, now=NOW)
    bens = come(email="ben@example.com")
    listed = admins.own_sessions(maya.id, here, now=NOW)
    assert {(each.device, each.current) for each in listed} == {("Firefox on Mac", True), ("Safari on iPhone", False)}
    other = next(each.id for each in listed if not each.current)
    bens_id = admins.own_sessions(2, bens, now=NOW)[0].id
    with pytest.raises(NotFound):
        admins.end_session(maya.id, bens_id, now=NOW)
    admins.end_session(maya.id, other, now=NOW)
    assert admins.who(there, now=NOW) is None
    with pytest.raises(NotFound):
        admins.end_session(maya.id, other, now=NOW)
    assert len(admins.own_sessions(maya.id, here, now=NOW)) == 1
    admins.end_sessions(maya.id, now=NOW)
    assert admins.who(here, now=NOW) is None
    assert admins.who(bens, now=NOW) is not None


def test_somebody_who_is_removed_is_out_at_once_and_may_come_back(maya: AdminView) -> None:
    ben = admins.create_admin("ben@example.com", "Ben", PASSWORD, now=NOW)
    raw = come(email="ben@example.com")
    admins.remove(ben.id, now=NOW)
    assert admins.who(raw, now=NOW) is None
    with pytest.raises(InvalidCredentials):
        come(email="ben@example.com")
    with pytest.raises(NotFound):
        admins.remove(ben.id, now=NOW)
    assert admins.all_admins() == [maya]
    again = admins.create_admin("Ben@example.com", "Ben", PASSWORD, now=NOW)
    assert again.id != ben.id
    assert admins.who(raw, now=NOW) is None


def test_the_last_admin_stays(maya: AdminView) -> None:
    with pytest.raises(LastAdmin):
        admins.remove(maya.id, now=NOW)
    assert admins.who(come(), now=NOW) == maya


@pytest.mark.races
def test_two_who_remove_each_other_leave_one(maya: AdminView) -> None:
    for turn in range(5):
        ids = [admin.id for admin in admins.all_admins()]
        ids.append(admins.create_admin(f"ben{turn}@example.com", "Ben", PASSWORD, now=NOW).id)
        ready = threading.Barrier(2)

        def remove(admin_id: int, ready: threading.Barrier = ready) -> str:
            ready.wait()
            try:
                admins.remove(admin_id, now=NOW)
            except LastAdmin:
                return "refused"
            return "removed"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(remove, ids)) == ["refused", "removed"]
        assert len(admins.all_admins()) == 1


def test_an_address_can_sign_in_once(maya: AdminView) -> None:
    with pytest.raises(Invalid) as refusal:
        admins.create_admin(MAYA.upper(), "Somebody", PASSWORD, now=NOW)
    assert list(refusal.value.fields) == ["email"]


# How often


def wrong(client: str, email: str = MAYA) -> str:
    try:
        come(client=client, password="not this one at all", email=email)
    except (InvalidCredentials, RateLimited) as refusal:
        return refusal.code
    return "in"


@pytest.mark.parametrize("email", [MAYA, "nobody@example.com"])
def test_from_everywhere_together_an_account_takes_five_failures(maya: AdminView, email: str) -> None:
    tried = [wrong(f"203.0.113.{n}", email) for n in range(8)]
    assert tried == ["INVALID_CREDENTIALS"] * 5 + ["RATE_LIMITED"] * 3


def test_strangers_cannot_lock_an_owner_out_of_her_own_office(maya: AdminView, clock: Clock) -> None:
    come()
    now = clock.forward(days=29)
    for n in range(20):
        wrong(f"203.0.113.{n}")
    with pytest.raises(RateLimited):
        come(now, client=CAFE)
    assert admins.who(come(now, client=HOME), now=now) == maya


def test_whoever_sits_where_she_once_signed_in_does_not_lock_her_out_at_home(maya: AdminView) -> None:
    for place in (HOME, CAFE, LIBRARY):
        come(client=place)
    tried = [wrong(place) for place in (CAFE, LIBRARY) for _ in range(4)]
    assert tried == ["INVALID_CREDENTIALS"] * 8, "more than the five that an account takes"
    assert admins.who(come(client=HOME), now=NOW) == maya


def test_an_address_that_was_not_seen_for_thirty_days_is_a_strangers(maya: AdminView, clock: Clock) -> None:
    come()
    for n in range(5):
        wrong(f"203.0.113.{n}")
    with pytest.raises(RateLimited):
        come(clock.forward(days=30), client=HOME)


def test_another_accounts_home_is_no_way_round_the_limit(maya: AdminView) -> None:
    admins.create_admin("ben@example.com", "Ben", PASSWORD, now=NOW)
    come(client=CAFE, email="ben@example.com")
    for n in range(5):
        wrong(f"203.0.113.{n}")
    assert wrong(CAFE) == "RATE_LIMITED"


def test_a_sign_in_that_worked_does_not_count_against_the_account(maya: AdminView) -> None:
    for n in range(8):
        come(client=f"203.0.113.{n}")


def test_a_wrong_password_costs_as_many_hashes_as_an_unknown_address(
    maya: AdminView, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = count_checks(monkeypatch)
    wrong(HOME)
    known = len(checks)
    wrong(HOME, "nobody@example.com")
    assert (known, len(checks)) == (1, 2)


@pytest.mark.races
def test_of_fifty_at_once_five_reach_the_check(maya: AdminView, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = count_checks(monkeypatch)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(wrong, [HOME] * 50))
    assert (answers.count("INVALID_CREDENTIALS"), answers.count("RATE_LIMITED"), len(checks)) == (5, 45, 5)


@pytest.mark.races
def test_of_fifty_at_once_from_fifty_places_five_reach_the_check(
    maya: AdminView, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = count_checks(monkeypatch)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(wrong, [f"203.0.113.{n}" for n in range(50)]))
    assert (answers.count("RATE_LIMITED"), len(checks)) == (45, 5)


def count_checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every time a hash is computed to compare, which happens all the same."""
    checks: list[str] = []
    really = PasswordHash.verify

    def counted(self: PasswordHash, password: str, known: str) -> bool:
        checks.append(known)
        return really(self, password, known)

    monkeypatch.setattr(PasswordHash, "verify", counted)
    return checks


# Which passwords


@pytest.mark.parametrize(
    "password",
    [
        "short enough", "x" * 129, "password1234", "P@ssw0rd2024!!", "123456789012", "qwertyuiop12", "aaaaaaaaaaab",
        "adminadmin12", "letmein letmein", "stillwater99", "maya-weaver-1", "1q2w3e4r5t6y",
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(password: str) -> None:
    if password == "short enough":
        password = password[:11]
    with pytest.raises(ValueError):
        parse_password(password, about=("maya@stillwater.example", "Maya Weaver", "Stillwater Massage"))


@pytest.mark.parametrize(
    "password", [PASSWORD, "TestPassword123!", "пароль-на-море-7", "x7" * 6 + "abc", passwords.new()]
)
def test_anything_long_and_your_own_is_taken(password: str) -> None:
    assert parse_password(password, about=("maya@stillwater.example",)) == password


def test_a_password_counts_to_its_last_character(practice: Engine) -> None:
    long = "a long password that goes on " * 4 + "0123456789ab"
    admins.create_admin(MAYA, "Maya", long, now=NOW)
    with pytest.raises(InvalidCredentials):
        come(password=long + "x")
    assert one(practice, "select count(*) from session") == 0
    come(password=long)
