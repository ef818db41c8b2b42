"""The API's own page works offline and under our policy; a breach of either is a complaint of the browser's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.kit.stack import Stack

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


def test_the_page_shows_every_operation_from_our_own_files_only(stack: Stack, open_page: Open) -> None:
    page = open_page(f"{stack.url}/api/docs")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.locator(".opblock").first.wait_for()
    paths = stack.http.get("/api/openapi.json").json()["paths"]
    shown = {" ".join(each.split()) for each in page.locator(".opblock-summary-path").all_inner_texts()}
    assert {path.replace("\u200b", "") for path in shown} == set(paths)
    assert page.locator(".opblock").count() == sum(len(verbs) for verbs in paths.values())
    assert asked
    assert {url for url in asked if not url.startswith((stack.url, "data:"))} == set()
