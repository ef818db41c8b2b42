"""How Reflex builds the pages; nothing here may need a setting, because settings are read when the process starts."""

import os

import reflex as rx

from truflow.lean_build import LeanBuild

CONTENT = [
    f"./{folder}/**/*.{{js,jsx}}" for folder in ("app", "app_components", "utils", "components", "public/external")
]

# Names of our own colours for Tailwind's classes; the values are CSS variables in assets/look.css.
COLORS = {
    name: f"var(--{name})"
    for name in (
        "paper",
        "card",
        "ink",
        "soft",
        "faint",
        "line",
        "brand",
        "brand-ink",
        "brand-wash",
        "care",
        "care-wash",
    )
}


def _own_origins() -> list[str]:
    """The process's own origins; a build without any setting gets none, and needs none."""
    if os.environ.get("REFLEX_MOUNT_FRONTEND_COMPILED_APP") or os.environ.get("__REFLEX_MOUNT_FRONTEND_COMPILED_APP"):
        from truflow.settings import get_settings

        return sorted(get_settings().origins)
    return []


config = rx.Config(
    app_name="truflow",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    cors_allowed_origins=_own_origins(),
    frontend_lazy_bundled_libraries=True,
    frontend_compression_formats=["gzip", "brotli"],
    default_color_mode="system",
    plugins=[rx.plugins.TailwindV4Plugin({"content": CONTENT, "theme": {"extend": {"colors": COLORS}}}), LeanBuild()],
    # Its addresses would be those of the build; the edge answers /sitemap.xml with those of the settings.
    disable_plugins=[rx.plugins.SitemapPlugin],
)
