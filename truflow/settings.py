"""Every setting, read once when a process starts; the only place that looks at the environment."""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
STRIPE_API = "https://api.stripe.com"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MAIL_SERVER = re.compile(r"(smtps?|resend|capture)://\S*")
TEST_LIVE = ("_test_", "_live_")
MIXED_KEYS = "TRUFLOW_STRIPE_SECRET_KEY and TRUFLOW_STRIPE_PUBLISHABLE_KEY must both be live, or both be test keys"


class Settings(BaseSettings):
    """The prefix is `TRUFLOW_`; `.env.example` explains each one."""

    model_config = SettingsConfigDict(
        env_prefix="TRUFLOW_", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    env: Literal["production", "demo", "test"] = "production"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: str = ""
    data_dir: Path = ROOT / ".truflow"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    debug: bool = False

    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    db_pool_size: int = Field(default=15, ge=2, le=100)

    secret_key: SecretStr = SecretStr("")
    trusted_proxy_hops: int = Field(default=0, ge=0, le=5)
    embed_origins: str = ""
    brand_color: str = ""
    metrics_token: SecretStr | None = None
    relaxed_limits: bool = False

    stripe_secret_key: SecretStr = SecretStr("")
    stripe_publishable_key: str = ""
    stripe_webhook_secret: SecretStr = SecretStr("")
    stripe_webhook_path_token: SecretStr = SecretStr("")
    stripe_api_base: str = STRIPE_API
    stripe_js_url: str = "https://js.stripe.com/endive/stripe.js"  # of the API version that the SDK pins

    mail_url: SecretStr = SecretStr("")
    mail_from: str = ""

    admin_email: str = ""
    admin_password: SecretStr | None = None

    @field_validator("public_url", "stripe_api_base")
    @classmethod
    def _no_slash_at_the_end(cls, url: str) -> str:
        return url.rstrip("/")

    @field_validator("brand_color")
    @classmethod
    def _a_color_or_none(cls, color: str) -> str:
        if color and not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
            raise ValueError("TRUFLOW_BRAND_COLOR is a colour like #2f6b4f")
        return color

    @field_validator("mail_url")
    @classmethod
    def _one_or_two_mail_servers(cls, urls: SecretStr) -> SecretStr:
        named = _separated(urls.get_secret_value())
        if len(named) > 2 or not all(MAIL_SERVER.fullmatch(url) for url in named):
            raise ValueError(
                "TRUFLOW_MAIL_URL names one mail server, or two with a space between: smtps://user:password@host, "
                "smtp://…, resend://KEY or capture://"
            )
        return urls

    @model_validator(mode="after")
    def _refuse_to_guess(self) -> "Settings":
        problems = self._problems_anywhere()
        if self.env == "production":
            problems += self._problems_in_production()
        if problems:
            raise ValueError("TruFlow does not start with these settings:\n  - " + "\n  - ".join(problems))
        return self

    def _problems_anywhere(self) -> list[str]:
        """What no demo and no test may do either."""
        if self.sandboxed and self._has_live_key:
            return [
                "a live key goes to Stripe only: leave TRUFLOW_STRIPE_API_BASE and TRUFLOW_STRIPE_JS_URL unset, or "
                "take a test key"
            ]
        return []

    def _problems_in_production(self) -> list[str]:
        """Each thing that is wrong, with the line that mends it."""
        wrong: list[str] = []
        public = urlsplit(self.public_url)
        if public.scheme != "https" or not public.hostname:
            wrong.append(
                "TRUFLOW_PUBLIC_URL must be the https address guests use, for example https://book.example.com"
            )
        if len(self.secret_key.get_secret_value()) < 32:
            wrong.append("TRUFLOW_SECRET_KEY must have 32 characters or more: openssl rand -hex 32")
        if self.sandboxed and not self._has_live_key:
            wrong.append(
                "the payment sandbox is for demos: leave TRUFLOW_STRIPE_API_BASE and TRUFLOW_STRIPE_JS_URL unset"
            )
        if not self.stripe_secret_key.get_secret_value().startswith(("sk_", "rk_")):
            wrong.append("TRUFLOW_STRIPE_SECRET_KEY is missing: copy it from Stripe's dashboard")
        if not self.stripe_publishable_key.startswith("pk_"):
            wrong.append("TRUFLOW_STRIPE_PUBLISHABLE_KEY is missing: copy it from Stripe's dashboard")
        elif self._keys_are_mixed:
            wrong.append(MIXED_KEYS)
        if not self.stripe_webhook_secret.get_secret_value():
            wrong.append("TRUFLOW_STRIPE_WEBHOOK_SECRET is empty: anybody could confirm bookings")
        if len(self.stripe_webhook_path_token.get_secret_value()) < 16:
            wrong.append("TRUFLOW_STRIPE_WEBHOOK_PATH_TOKEN must have 16 characters or more: openssl rand -hex 16")
        if not self.mail_url.get_secret_value() or self.captures_mail:
            wrong.append("TRUFLOW_MAIL_URL must name a mail server: smtps://user:password@host or resend://KEY")
        if not self.mail_from:
            wrong.append("TRUFLOW_MAIL_FROM is missing: the address your mails come from")
        if self.debug:
            wrong.append("TRUFLOW_DEBUG must be off")
        if self.relaxed_limits:
            wrong.append("TRUFLOW_RELAXED_LIMITS is for tests: leave it unset")
        if self.database_url and not _stays_or_is_encrypted(self.database_url.get_secret_value()):
            wrong.append(
                "the database is on another machine without TLS: add ?sslmode=verify-full to TRUFLOW_DATABASE_URL"
            )
        return wrong

    @property
    def sandboxed(self) -> bool:
        """Whether payments go to something that is not Stripe."""
        return self.stripe_api_base != STRIPE_API or urlsplit(self.stripe_js_url).hostname != "js.stripe.com"

    @property
    def _has_live_key(self) -> bool:
        return self.stripe_secret_key.get_secret_value().startswith(("sk_live_", "rk_live_"))

    @property
    def _keys_are_mixed(self) -> bool:
        secret, publishable = self.stripe_secret_key.get_secret_value(), self.stripe_publishable_key
        return any(mode in secret and other in publishable for mode, other in (TEST_LIVE, TEST_LIVE[::-1]))

    @property
    def captures_mail(self) -> bool:
        """Whether any mail stays here instead of going out."""
        return any(url.startswith("capture:") for url in self.mail_urls)

    @property
    def mail_urls(self) -> tuple[str, ...]:
        """The mail servers in the order in which they are asked; the second serves when the first does not."""
        return _separated(self.mail_url.get_secret_value())

    @property
    def origin(self) -> str:
        """Our own origin: what guests type, without a slash at the end."""
        return self.public_url or f"http://{'127.0.0.1' if self.host in ('0.0.0.0', '::') else self.host}:{self.port}"  # noqa: S104

    @property
    def origins(self) -> frozenset[str]:
        """Every origin that is ours; on loopback http, all three names of this machine."""
        own = urlsplit(self.origin)
        if own.scheme == "http" and own.hostname in LOOPBACK:
            port = f":{own.port}" if own.port else ""
            return frozenset(f"http://{name}{port}" for name in ("localhost", "127.0.0.1", "[::1]"))
        return frozenset({self.origin})

    @property
    def secure_cookies(self) -> bool:
        return urlsplit(self.origin).scheme == "https"


def _separated(urls: str) -> tuple[str, ...]:
    """Addresses with a space, or a comma and a space, between them: a comma alone may be part of a password."""
    return tuple(re.split(r",?\s+", urls.strip())) if urls.strip() else ()


def _stays_or_is_encrypted(url: str) -> bool:
    parts = urlsplit(url)
    given = parse_qs(parts.query)
    # The query may name the server too, or several; what it says counts more than the host before it.
    named = [*given.get("host", [parts.hostname or ""]), *given.get("hostaddr", [])]
    hosts = [host for each in named for host in each.split(",")]
    local = all(not host or host.startswith("/") or host in LOOPBACK for host in hosts)
    return local or given.get("sslmode", [""])[-1] in ("require", "verify-ca", "verify-full")


def env_files() -> tuple[Path, Path]:
    """What `scripts/up` wrote for its children and for `truflow COMMAND`, then the owner's own `.env`, which wins."""
    data = Path(os.environ.get("TRUFLOW_DATA_DIR", ROOT / ".truflow"))
    return data / "up.env", ROOT / ".env"


@lru_cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings(_env_file=env_files())  # type: ignore[call-arg]
