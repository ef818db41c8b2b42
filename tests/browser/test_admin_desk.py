"""The day's page: what needs somebody, and the buttons that mend it, pressed by a person."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.kit.stack import Stack
from tests.kit.troubles import Trouble, password_of, plant
from tests.sandbox.kit import until

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
MAYA = "maya.desk@stillwater.example"
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def password(stack: Stack) -> str:
    return password_of(stack, MAYA)


@pytest.fixture(scope="module")
def trouble(stack: Stack) -> Trouble:
    return plant(stack, "deskalice", skip=8)


def at_the_desk(open_page: Open, stack: Stack, password: str, *, phone: bool = False) -> Page:
    """Signed in, with the day in sight."""
    page = open_page(f"{stack.url}/admin/sign-in", phone=phone)
    page.get_by_label("Email").fill(MAYA)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(page.get_by_role("heading", name="Needs you")).to_be_visible()
    return page


def test_the_day_fits_a_phone_and_its_buttons_fit_a_thumb(
    stack: Stack, open_page: Open, password: str, trouble: Trouble
) -> None:
    page = at_the_desk(open_page, stack, password, phone=True)
    expect(page.get_by_text(trouble.alert, exact=True)).to_be_visible()
    assert not page.evaluate(TOO_WIDE)
    for button in page.get_by_role("region", name="Needs you").get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44


def test_the_owner_mends_what_failed_and_hears_that_it_worked(
    stack: Stack, open_page: Open, password: str, trouble: Trouble
) -> None:
    page = at_the_desk(open_page, stack, password)
    said = page.get_by_role("status")
    before = len([mail for mail in stack.mails() if mail["to"] == trouble.address])

    mail = page.get_by_role("listitem").filter(has_text=f"Confirmation to {trouble.address}")
    expect(mail).to_contain_text("The mail server did not answer")
    expect(mail).to_contain_text("It may have arrived all the same")
    mail.get_by_role("button", name=re.compile("Send again")).click()
    expect(said.filter(has_text=f"The mail to {trouble.address} is on its way again.")).to_be_visible()
    expect(mail).to_have_count(0)
    stack.until_mails(lambda mails: len([each for each in mails if each["to"] == trouble.address]) == before + 1)

    refund = page.get_by_role("listitem").filter(has_text="$30.00 to Deskalice")
    expect(refund).to_contain_text("The guest's bank sent the money back.")
    refund.get_by_role("button", name=re.compile("Try again")).click()
    expect(said.filter(has_text="$30.00 to Deskalice is on its way again.")).to_be_visible()
    expect(refund).to_have_count(0)
    until(lambda: stack.sql("select 1 from refund where retry_of = :id and status = 'SUCCEEDED'", id=trouble.refund_id))

    alert = page.get_by_role("listitem").filter(has_text=trouble.alert)
    alert.get_by_role("button", name=re.compile("Done")).click()
    expect(said.filter(has_text="Marked as done.")).to_be_visible()
    expect(alert).to_have_count(0)
    closed = stack.sql(
        "select rule, closed_by from admin_alert where booking_id = :id order by rule", id=trouble.booking_id
    )
    assert {row["rule"] for row in closed} == {"foreign_payment", "mail_failed", "refund_failed"}
    assert all(re.fullmatch(r"admin:\d+", row["closed_by"]) for row in closed)


def test_what_cannot_be_mended_is_said_and_stays(stack: Stack, open_page: Open, password: str) -> None:
    trouble = plant(stack, "deskbob", skip=9)
    stack.sql("update payment set dispute = 'OPEN' where booking_id = :id", id=trouble.booking_id)
    page = at_the_desk(open_page, stack, password)
    refund = page.get_by_role("listitem").filter(has_text="$30.00 to Deskbob")
    refund.get_by_role("button", name=re.compile("Try again")).click()
    expect(page.get_by_role("alert").filter(has_text="asked her bank for this money")).to_be_visible()
    expect(refund).to_be_visible()
    refund.get_by_role("link", name=re.compile(trouble.reference)).click()
    expect(page.get_by_role("heading", name=trouble.reference)).to_be_visible()


def test_the_last_check_is_told(stack: Stack, open_page: Open, password: str, trouble: Trouble) -> None:
    stack.sql("insert into verification (at, took_ms, findings) values (now(), 10, '[]')")
    page = at_the_desk(open_page, stack, password)
    expect(page.get_by_text(re.compile(r"Checked today at \d+:\d\d [AP]M: nothing found\."))).to_be_visible()
    finding = '[{"rule": "x", "row": "booking TF-1", "what": "It overlaps.", "todo": "Move one."}]'
    stack.sql(f"insert into verification (at, took_ms, findings) values (now(), 10, '{finding}')")
    page.reload()
    page.get_by_text(re.compile(r"Checked today at .*: 1 finding\.")).click()
    expect(page.get_by_text("Move one.")).to_be_visible()
    stack.sql("delete from verification")
