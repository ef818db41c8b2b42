"""The frame around every page, and the page that is not there."""

TEXTS: dict[str, str] = {
    # The frame around every page
    "frame.styleguide": "The design",
    "frame.skip": "Skip to the content",
    "frame.book": "Book an appointment",
    "frame.terms": "Terms",
    "frame.privacy": "Privacy",
    "frame.nav": "Main",
    "frame.footer_nav": "Legal",
    "frame.plain_offer": "This page needs JavaScript. The same booking is there as a plain page, too.",
    "frame.plain_open": "Open the plain page",
    "frame.languages": "Languages",
    "frame.no_script": "Choosing a time here needs JavaScript. Without it, please call or write; we are glad to find one.",
    "frame.connection_lost": "Connection lost, trying again. What you typed stays here.",
    "frame.trouble": "Something went wrong on our side. Please try again. If it happens again, tell us the code "
    "{code}.",
    "frame.crashed_title": "This page stopped working",
    "frame.crashed": "We are sorry. Load it again; a time that is held for you stays held.",
    "frame.reload": "Load the page again",
    "frame.call": "Call {phone}",
    "frame.call_short": "Call",
    "held.bar": "A time is held for you until {until}.",
    "held.back": "Go on to payment",
    # Lost
    "lost.title": "Page not found",
    "lost.headline": "There is nothing here",
    "lost.lead": "The address may be mistyped, or the page has moved.",
    "lost.home": "Go to the start",
}
