"""A server that speaks Stripe's API, for demos and tests without Stripe; it knows nothing of the rest."""

API_VERSION = "2026-10-28.endive"
PREFIX = "/sandbox/stripe"
