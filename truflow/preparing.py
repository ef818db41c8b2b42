"""What stands between an empty database and a practice: tables, the first content, the first admin."""

from truflow.clock import utc_now
from truflow.settings import get_settings

FIRST_ADMIN = "owner@example.com"


def prepare(*, empty: bool) -> dict[str, str]:
    """Bring everything up to date; answers with the first admin's sign-in if it has just been made.

    A password that the owner chose herself is not repeated.
    """
    from truflow.migrations import migrate
    from truflow.services import admins, seed

    migrate()
    if not seed.is_set_up():
        (seed.seed_empty if empty else seed.seed_demo)(utc_now())
    if admins.has_admin():
        return {}
    settings = get_settings()
    email = settings.admin_email or FIRST_ADMIN
    chosen = settings.admin_password.get_secret_value() if settings.admin_password else ""
    password = chosen or admins.new_password()
    admins.create_admin(email, "Owner", password)
    return {"email": email, "password": "" if chosen else password}
