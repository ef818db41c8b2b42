"""What a page says without JavaScript: live services and prices, and how to get an appointment all the same."""

import html
from urllib.parse import quote, urlencode

from truflow.domain.formats import duration, format_money
from truflow.edge.shop import Shop
from truflow.services.views import PracticeView, ServiceView
from truflow.texts import here, t

# What only waits for a script goes away, and the page's own middle with it: ours says the same, and more.
QUIET = "<style>body>.top,body>main{display:none}.service{min-height:0}</style>"


def catalogue(shop: Shop) -> str:
    """All services with length, price and deposit, each with its page."""
    items = "".join(
        f'<li class="card service"><a href="{html.escape(here(f"/book/{each.slug}"))}">'
        f"<h3>{html.escape(each.name)}</h3></a>{_facts(each)}</li>"
        for each in shop.services
    )
    listed = f'<ul class="services">{items}</ul>' if items else f"<p>{_said('book.empty_title')}</p>"
    return (
        f'{QUIET}<div class="wrap py-8">{_who(shop.practice)}<h1 class="mt-3">{_said("book.title")}</h1>'
        f'{_how(shop.practice, "")}<h2 class="mt-8">{_said("home.services")}</h2>{listed}</div>'
    )


def service(sold: ServiceView, shop: Shop) -> str:
    """One service, and how to ask for a time."""
    back = f'<p class="mt-6"><a class="link" href="{here("/book")}">{_said("choose.all_services")}</a></p>'
    return (
        f'{QUIET}<div class="wrap narrow py-8">{_who(shop.practice)}<h1 class="mt-3">{html.escape(sold.name)}</h1>'
        f"{_facts(sold)}{_how(shop.practice, sold.name)}{back}</div>"
    )


def plain_page(reference: str, token: str) -> str:
    """Where a booking can be seen and changed without JavaScript."""
    return f"/plain/booking/{quote(reference, safe='')}?{urlencode({'t': token})}"


def leading_to(page: str) -> str:
    """The way to a plain page."""
    return (
        f'{QUIET}<div class="wrap narrow py-8"><p class="lead">{_said("frame.plain_offer")}</p>'
        f'<p class="mt-6"><a class="button" href="{html.escape(page)}">{_said("frame.plain_open")}</a></p></div>'
    )


def _facts(sold: ServiceView) -> str:
    deposit = format_money(sold.downpayment_cents, sold.currency)
    pays = t("book.deposit", amount=deposit) if sold.downpayment_cents else t("book.no_deposit")
    told = (duration(sold.duration_min), format_money(sold.price_cents, sold.currency), pays)
    line = " \u00b7 ".join(html.escape(each) for each in told)
    described = f'<p class="mt-3">{html.escape(sold.description)}</p>' if sold.description else ""
    return f'{described}<p class="mt-3"><strong>{line}</strong></p>'


def _who(practice: PracticeView) -> str:
    place = html.escape(practice.address.replace("\n", ", "))
    return f'<p class="top-name">{html.escape(practice.name)}</p><p class="soft">{place}</p>'


def _how(practice: PracticeView, wanted: str) -> str:
    """By phone or by mail: the letter is begun already."""
    ways = []
    if practice.phone:
        number = "".join(sign for sign in practice.phone if sign in "+0123456789")
        ways.append(f'<a class="button" href="tel:{number}">{_said("frame.call", phone=practice.phone)}</a>')
    if practice.email:
        subject = t("ask.subject", service=wanted) if wanted else t("ask.subject_any")
        letter = urlencode({"subject": subject, "body": t("ask.body")}, quote_via=quote)
        to = html.escape(f"mailto:{quote(practice.email, safe='@')}?{letter}")
        ways.append(f'<a class="button button-quiet" href="{to}">{_said("ask.by_mail")}</a>')
    said = f'<p class="notice care mt-6">{_said("frame.no_script")}</p>'
    return said + (f'<p class="mt-4 flex flex-wrap gap-3">{" ".join(ways)}</p>' if ways else "")


def _said(key: str, **places: object) -> str:
    return html.escape(t(key, **places))
