"""The owner's colour on every page, and the page of the design, which production does not have."""

from collections.abc import Callable
from typing import Any

import pytest

from truflow.settings import Settings

Make = Callable[..., Any]
PRODUCTION = {
    "env": "production",
    "public_url": "https://book.example",
    "secret_key": "x" * 32,
    "stripe_secret_key": "sk_test_x",
    "stripe_publishable_key": "pk_test_x",
    "stripe_webhook_secret": "whsec_x",
    "stripe_webhook_path_token": "x" * 16,
    "mail_url": "smtps://mail.example",
    "mail_from": "hello@book.example",
}


@pytest.mark.parametrize(
    "path", ["/", "/book", "/book/deep-tissue", "/de/book", "/booking/ABCD-EFGH", "/book/success", "/admin/sign-in"]
)
def test_every_page_has_the_owners_colour(visitor: Make, path: str) -> None:
    assert "<style>:root{--hue:" in visitor(brand_color="#7a1f6a").get(path).text
    assert "--hue:" not in visitor().get(path).text


@pytest.mark.parametrize("color", ["red", "#12345", "}body{"])
def test_what_is_no_colour_does_not_start(color: str) -> None:
    with pytest.raises(ValueError, match="TRUFLOW_BRAND_COLOR is a colour like"):
        Settings(env="test", brand_color=color)


@pytest.mark.parametrize("path", ["/styleguide", "/styleguide/"])
def test_production_has_no_page_of_the_design(visitor: Make, path: str) -> None:
    secure = {"scheme": "https", "headers": {"host": "book.example"}}
    assert visitor(**PRODUCTION).get(path, **secure).status_code == 404
    assert visitor().get(path).status_code == 200
