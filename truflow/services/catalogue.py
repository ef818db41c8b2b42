"""What is on sale and who sells it."""

from sqlmodel import col, select

from truflow.db import transaction
from truflow.domain.policy import from_json, in_words
from truflow.errors import NotFound
from truflow.models import Service, SystemSettings
from truflow.services import rules
from truflow.services.views import PracticeView, ServiceView


def list_services() -> list[ServiceView]:
    """All services on sale, in the owner's order."""
    with transaction() as session:
        currency = rules.practice(session).currency
        on_sale = select(Service).where(col(Service.retired_at).is_(None))
        rows = session.exec(on_sale.order_by(col(Service.position), col(Service.duration_min), col(Service.id)))
        return [_view(row, currency) for row in rows]


def get_service(service_id: int) -> ServiceView:
    """One service on sale; refuses with NotFound."""
    with transaction() as session:
        return _view(rules.service_on_sale(session, service_id), rules.practice(session).currency)


def find_service(slug_or_id: str) -> ServiceView:
    """One service on sale by its slug, or by its id written as digits; refuses with NotFound."""
    with transaction() as session:
        by_slug = select(Service).where(Service.slug == slug_or_id, col(Service.retired_at).is_(None))
        row = session.exec(by_slug).first()
        if row is None and slug_or_id.isascii() and slug_or_id.isdigit() and len(slug_or_id) < 10:
            row = rules.service_on_sale(session, int(slug_or_id))
        if row is None:
            raise NotFound("service")
        return _view(row, rules.practice(session).currency)


def get_practice() -> PracticeView:
    """Who the guest books with; refuses with NotFound before the practice is set up."""
    with transaction() as session:
        return practice_view(rules.practice(session))


def practice_view(row: SystemSettings) -> PracticeView:
    """The settings row as pages and mails see it."""
    return PracticeView(
        name=row.name,
        address=row.address,
        phone=row.phone,
        email=row.email,
        logo_url=row.logo_url,
        tax_line=row.tax_line,
        terms=row.terms,
        timezone=row.timezone,
        currency=row.currency,
        cancellation_terms=in_words(from_json(row.cancellation_tiers)),
        hold_minutes=row.hold_minutes,
        horizon_days=row.horizon_days,
    )


def _view(row: Service, currency: str) -> ServiceView:
    return ServiceView(
        id=row.id or 0,
        slug=row.slug,
        name=row.name,
        description=row.description,
        duration_min=row.duration_min,
        price_cents=row.price_cents,
        downpayment_cents=row.downpayment_cents,
        currency=currency,
    )
