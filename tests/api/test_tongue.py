import pytest

from tests.kit.guests import body, free_times
from tests.kit.stack import Stack
from truflow.api.tongue import preferred


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,en;q=0.8", "de"),
        ("pt-BR,pt;q=0.9,es;q=0.8,en;q=0.7", "es"),
        ("en;q=0.3, fr;q=0.9", "fr"),
        ("fr;q=0, de;q=0.1", "de"),
        ("it,ja", "en"),
        ("de;q=abc", "en"),
        ("de;q=nan", "en"),
        ("*", "en"),
        ("es,de", "es"),
        (";;;=,,", "en"),
        ("x" * 10_000 + ",de", "en"),
    ],
)
def test_the_best_of_our_languages_is_chosen(header: str, code: str) -> None:
    assert preferred(header) == code


def test_a_guest_of_a_program_is_answered_and_written_to_in_her_language(stack: Stack) -> None:
    asked = {"Accept-Language": "de-AT,en;q=0.5"}
    refused = stack.http.get("/api/services/999", headers=asked).json()["error"]
    assert (refused["code"], refused["message"]) == ("NOT_FOUND", "Wir konnten dieses Angebot nicht finden.")
    start = free_times(stack, skip=11)[0]
    nobody = {"name": " ", "email": "ana@example.com", "phone": "+1 212 555 0100"}
    wrong = stack.http.post("/api/bookings", headers=asked, json=body(start, customer=nobody)).json()["error"]
    assert wrong["fields"]["customer.name"] == ["Bitte geben Sie Ihren Namen ein."]
    made = stack.http.post("/api/bookings", headers=asked, json=body(start, "german")).json()["booking"]
    kept = stack.sql("select language, terms from booking where reference = :it", it=made["reference"])[0]
    assert kept["language"] == "de"
    assert kept["terms"].startswith("Sie zahlen jetzt ")


def test_the_desks_routes_speak_english(stack: Stack) -> None:
    answer = stack.http.get("/api/admin/bookings", headers={"Accept-Language": "de"})
    assert answer.json()["error"]["message"] == "Please sign in first."
