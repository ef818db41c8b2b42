"""Whom a limit counts, through edge, API and service: the address our own proxies saw, and nothing a visitor says."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.routing import Mount

from truflow.api.app import create_api
from truflow.edge import Edge
from truflow.settings import get_settings

PEER = "203.0.113.7"
Headers = Iterator[list[tuple[str, str]]]


def tries(tmp_path: Path, hops: int, headers: Headers, count: int) -> list[int]:
    """The answers to this many wrong sign-ins, each in the name of somebody else."""
    settings = get_settings().model_copy(update={"trusted_proxy_hops": hops})
    edge = Edge(Starlette(routes=[Mount("/api", create_api())]), settings, tmp_path)

    async def all_of_them() -> list[int]:
        answers = []
        transport = httpx.ASGITransport(edge, client=(PEER, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            for n, given in zip(range(count), headers, strict=False):
                body = {"email": f"somebody{n}@example.com", "password": "not this one at all"}
                answers.append((await http.post("/api/admin/auth/login", json=body, headers=given)).status_code)
        return answers

    return asyncio.run(all_of_them())


def rotating(line: Callable[[str], list[str]]) -> Headers:
    """X-Forwarded-For lines with another made-up address each time."""
    for n in itertools.count(1):
        yield [("x-forwarded-for", text) for text in line(f"10.{n // 65536}.{n // 256 % 256}.{n % 256}")]


@pytest.mark.parametrize(
    ("hops", "line"),
    [
        (0, lambda made_up: [made_up]),
        (1, lambda made_up: [f"{made_up}, 198.51.100.4"]),
        (1, lambda made_up: [made_up, "198.51.100.4"]),
        (2, lambda made_up: [f"{made_up}, 198.51.100.4, 10.0.0.1"]),
        (2, lambda made_up: [made_up]),
    ],
)
def test_a_thousand_made_up_addresses_are_one_visitor(
    practice: Engine, tmp_path: Path, hops: int, line: Callable[[str], list[str]]
) -> None:
    assert tries(tmp_path, hops, rotating(line), 1000) == [401] * 5 + [429] * 995


def test_behind_a_trusted_proxy_each_visitor_has_a_limit_of_her_own(practice: Engine, tmp_path: Path) -> None:
    assert tries(tmp_path, 1, rotating(lambda visitor: [f"198.51.100.4, {visitor}"]), 8) == [401] * 8


def test_a_household_with_a_whole_network_of_addresses_is_one_visitor(practice: Engine, tmp_path: Path) -> None:
    inside = ([("x-forwarded-for", f"2001:db8:1:2::{n:x}")] for n in itertools.count(1))
    assert tries(tmp_path, 1, inside, 20) == [401] * 5 + [429] * 15
    outside = ([("x-forwarded-for", f"2001:db8:1:{n:x}::1")] for n in itertools.count(16))
    assert tries(tmp_path, 1, outside, 8) == [401] * 8
