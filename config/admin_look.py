"""How the admin looks; what stands at its side is in `config.navigation`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Наряд"),
    "SITE_HEADER": _("Наряд"),
    "SITE_SYMBOL": "account_tree",
    "SHOW_LANGUAGES": False,
    "SHOW_BACK_BUTTON": True,
    "STYLES": ["config.navigation.stylesheet"],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.navigation.icon"}],
    "SIDEBAR": {"show_search": True, "navigation": "config.navigation.groups"},
    "COLORS": {
        "primary": {
            "50": "oklch(97.7% .012 250)",
            "100": "oklch(94.5% .03 252)",
            "200": "oklch(89% .06 254)",
            "300": "oklch(81% .1 255)",
            "400": "oklch(70% .15 257)",
            "500": "oklch(60% .19 259)",
            "600": "oklch(52% .2 261)",
            "700": "oklch(46% .19 262)",
            "800": "oklch(40% .16 263)",
            "900": "oklch(35% .13 264)",
            "950": "oklch(26% .09 265)",
        },
    },
}
