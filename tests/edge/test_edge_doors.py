from collections.abc import Callable, Iterator
from typing import Any

import pytest

Make = Callable[..., Any]
ADMIN = {"cookie": "x=1; truflow_admin=good"}


# Origins


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://book.example"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://book.example.evil.example"}, 403),
        ({"origin": "https://book.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        (ADMIN, 403),
        ({**ADMIN, "origin": "http://book.example"}, 200),
        ({**ADMIN, "origin": "null", "sec-fetch-site": "same-origin"}, 200),
        ({**ADMIN, "origin": "null", "sec-fetch-site": "cross-site"}, 403),
        ({**ADMIN, "origin": "http://evil.example", "sec-fetch-site": "same-origin"}, 403),
        ({"cookie": "__Host-truflow_account=1"}, 403),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_change_must_come_from_us(
    visitor: Make, inside: Any, method: str, headers: dict[str, str], status: int
) -> None:
    answer = visitor().ask(method, "/api/bookings", headers=headers, content=b"{}")
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"]["code"] == "ORIGIN_REFUSED"
        assert inside.scopes == []


def test_stripe_needs_no_origin_for_its_letters(visitor: Make) -> None:
    headers = {**ADMIN, "origin": "http://evil.example"}
    assert visitor().post("/api/webhooks/stripe/token", headers=headers).status_code == 200
    assert visitor().post("/api/webhooksx", headers=headers).status_code == 403


def test_reading_is_free_for_all(visitor: Make) -> None:
    assert visitor().get("/api/services", headers={"origin": "http://evil.example"}).status_code == 200


def test_on_this_machine_all_its_names_are_ours(visitor: Make) -> None:
    someone = visitor(public_url="http://127.0.0.1:8000")
    for origin in ("http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"):
        assert someone.post("/api/x", headers={"origin": origin}).status_code == 200
    assert someone.post("/api/x", headers={"origin": "http://localhost:9000"}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "opens"),
    [
        ({"origin": "http://book.example"}, True),
        ({}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        (ADMIN, False),
        ({**ADMIN, "origin": "http://book.example"}, True),
    ],
)
def test_a_socket_opens_for_our_pages_and_for_programs(visitor: Make, headers: dict[str, str], opens: bool) -> None:
    first = visitor().socket(headers)[0]
    assert first == ({"type": "websocket.accept"} if opens else {"type": "websocket.close", "code": 1008})


# https


def test_pages_move_to_https_and_changes_are_refused(visitor: Make, inside: Any) -> None:
    someone = visitor(public_url="https://book.example")
    moved = someone.get("/book/x?y=1&z=%2F", headers={"host": "evil.example"})
    assert (moved.status_code, moved.headers["location"]) == (301, "https://book.example/book/x?y=1&z=%2F")
    assert someone.ask("HEAD", "/").status_code == 301
    refused = someone.post("/api/bookings")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert (
        someone.get("http://book.example//evil.example/x").headers["location"] == "https://book.example/evil.example/x"
    )
    assert inside.scopes == []
    assert someone.socket({"origin": "https://book.example"})[0]["type"] == "websocket.close"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_asked_in_the_clear(visitor: Make, path: str) -> None:
    assert visitor(public_url="https://book.example").get(path).status_code == 200


def test_the_sandbox_next_door_may_write_in_the_clear(visitor: Make) -> None:
    letter = "/api/webhooks/stripe/token"
    secure = {"public_url": "https://book.example"}
    demo = {**secure, "stripe_api_base": "http://127.0.0.1:9000", "stripe_js_url": "/sandbox/stripe/v3.js"}
    assert visitor(peer="127.0.0.1", **demo).post(letter).status_code == 200
    assert visitor(peer="203.0.113.7", **demo).post(letter).status_code == 403
    assert visitor(peer="127.0.0.1", **secure).post(letter).status_code == 403


def test_https_behind_a_trusted_proxy_does_not_loop(visitor: Make, inside: Any) -> None:
    someone = visitor(public_url="https://book.example", trusted_proxy_hops=1)
    assert someone.get("/nothing", headers={"x-forwarded-proto": "https"}).status_code == 200
    assert inside.scopes[-1]["scheme"] == "https"
    assert someone.get("/", headers={"x-forwarded-proto": "http"}).status_code == 301
    assert someone.get("/").status_code == 301
    origin = {"origin": "https://book.example", "x-forwarded-proto": "https"}
    assert someone.socket(origin)[0]["type"] == "websocket.accept"


def test_a_strangers_word_for_https_counts_for_nothing(visitor: Make) -> None:
    assert (
        visitor(public_url="https://book.example").get("/", headers={"x-forwarded-proto": "https"}).status_code == 301
    )


# Addresses


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, "198.51.100.1", "203.0.113.7"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        (2, "1.1.1.1, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "203.0.113.7"),
        (1, "nonsense", "203.0.113.7"),
        (1, "198.51.100.1:443", "198.51.100.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2:9::1]:443", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_address_is_believed_as_far_as_our_proxies_reach(
    visitor: Make, inside: Any, hops: int, forwarded: str, address: str
) -> None:
    visitor(trusted_proxy_hops=hops).get("/terms", headers={"x-forwarded-for": forwarded})
    assert inside.scopes[0]["state"]["client_ip"] == address
    assert inside.scopes[0]["client"] == (address, 5000)


@pytest.mark.parametrize("path", ["/api/services%0a", "/%0d%0aSet-Cookie:x=1", "/a%00b", "/book/%7f"])
def test_a_path_with_signs_that_nobody_can_see_leads_nowhere(visitor: Make, inside: Any, path: str) -> None:
    answer = visitor().get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert "content-security-policy" in answer.headers
    assert inside.scopes == []


# Sizes and numbers


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def chunks(count: int) -> Any:
    for _ in range(count):
        yield b"x" * 8192


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/api/bookings", 64 * 1024, 200),
        ("/api/bookings", 64 * 1024 + 1, 413),
        ("/api/webhooks/stripe/token", 256 * 1024, 200),
        ("/api/webhooks/stripe/token", 256 * 1024 + 1, 413),
    ],
)
def test_bodies_have_a_cap(visitor: Make, path: str, size: int, status: int) -> None:
    answer = visitor().post(path, content=b"x" * size)
    assert answer.status_code == status
    if status == 413:
        assert answer.json() == {
            "error": {"code": "TOO_LARGE", "message": "This is more than we take at once.", "fields": {}}
        }


def test_a_body_without_length_is_counted(visitor: Make, inside: Any) -> None:
    assert visitor().post("/api/bookings", content=chunks(8)).status_code == 200
    answer = visitor().post("/api/bookings", content=chunks(9))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "TOO_LARGE")
    assert len(inside.bodies) == 1


def test_a_lying_length_helps_nobody(visitor: Make) -> None:
    answer = visitor().post("/api/bookings", content=chunks(9), headers={"content-length": "10"})
    assert answer.status_code == 413


def test_someone_inside_who_swallows_the_error_cannot_hide_it(visitor: Make) -> None:
    async def swallowing(scope: Any, receive: Any, send: Any) -> None:
        try:
            while (await receive()).get("more_body"):
                pass
        except Exception:
            await send({"type": "http.response.start", "status": 400, "headers": []})
            await send({"type": "http.response.body", "body": b"error parsing the body"})

    someone = visitor()
    someone.edge.app = swallowing
    answer = someone.post("/api/bookings", content=chunks(20))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "TOO_LARGE")


def test_a_frame_too_large_closes_the_socket(visitor: Make, inside: Any) -> None:
    sent = visitor().socket({}, ["x" * 65_536, "x" * 65_537, "after"])
    assert sent[-1] == {"type": "websocket.close", "code": 1009}
    assert len(inside.frames) == 1


def test_too_many_frames_close_the_socket(visitor: Make, inside: Any) -> None:
    sent = visitor(clock=Clock()).socket({}, ["x"] * 130)
    assert sent[-1] == {"type": "websocket.close", "code": 1008}
    assert len(inside.frames) == 120


def test_too_many_bytes_close_the_socket(visitor: Make, inside: Any) -> None:
    sent = visitor(clock=Clock()).socket({}, ["x" * 65_536] * 20)
    assert sent[-1] == {"type": "websocket.close", "code": 1008}
    assert len(inside.frames) == 16


def test_an_address_opens_sixty_sockets_a_minute(visitor: Make) -> None:
    clock = Clock()
    someone = visitor(clock=clock)
    opened = [someone.socket({})[0]["type"] for _ in range(61)]
    assert opened == ["websocket.accept"] * 60 + ["websocket.close"]
    clock.now = 1.0
    assert someone.socket({})[0]["type"] == "websocket.accept"
    someone.peer = "203.0.113.8"
    assert someone.socket({})[0]["type"] == "websocket.accept"


def test_on_ones_own_machine_a_demo_counts_no_sockets(visitor: Make) -> None:
    someone = visitor(peer="127.0.0.1", clock=Clock())
    assert {someone.socket({})[0]["type"] for _ in range(100)} == {"websocket.accept"}


def test_polling_is_counted_like_frames(visitor: Make) -> None:
    someone = visitor(clock=Clock())
    statuses = [someone.post("/_event/").status_code for _ in range(121)]
    assert statuses == [200] * 120 + [429]


# Failures


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    def read() -> str:
        captured = capsys.readouterr()
        return captured.out + captured.err

    return read


def test_a_bug_in_the_api_is_told_with_a_number_and_nothing_else(visitor: Make, inside: Any, log: Any) -> None:
    inside.error = RuntimeError("ana@example.com")
    answer = visitor().post("/api/bookings?t=secret")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (500, "INTERNAL")
    assert answer.headers["x-request-id"] in error["message"]
    written = log()
    assert "RuntimeError" in written
    assert answer.headers["x-request-id"] in written
    assert not any(word in written + answer.text for word in ("ana@", "secret"))


def test_a_bug_behind_a_page_is_told_to_people(visitor: Make, inside: Any) -> None:
    inside.error = RuntimeError("ana@example.com")
    answer = visitor().get("/terms")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "content-security-policy" in answer.headers


def test_a_frameworks_bare_failure_is_put_into_our_words(visitor: Make, inside: Any) -> None:
    inside.status, inside.headers, inside.body = 500, {"content-type": "text/plain"}, b"Internal Server Error"
    assert visitor().get("/api/x").json()["error"]["code"] == "INTERNAL"
    inside.headers = {"content-type": "application/json"}
    inside.body = b'{"error":1}'
    assert visitor().get("/api/x").json() == {"error": 1}


def test_a_response_that_breaks_off_does_not_look_whole(visitor: Make, inside: Any) -> None:
    inside.error, inside.error_after = RuntimeError("ana@example.com"), True
    with pytest.raises(ConnectionAbortedError) as broken:
        visitor().get("/terms")
    assert broken.value.__context__ is None
