"""What axe finds wrong with a page for people who do not see it, or use no mouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from devtools.front_end import PACKAGES

AXE = PACKAGES / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
LOOK = """async () => {
  const ends = (one) => one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity;
  await Promise.allSettled(document.getAnimations().filter(ends).map((one) => one.finished));
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  const places = (nodes) => nodes.slice(0, 3).map((one) => one.html.slice(0, 160));
  return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: places(nodes) }));
}"""
"""What moves or fades is let come to its end first: its colours meanwhile are those of no page that anybody reads."""


def serious_faults(page: Page) -> list[dict[str, Any]]:
    """The serious and critical findings on the page as it stands, each with some of the elements."""
    if not AXE.exists():
        pytest.skip("axe is not here: python3 dev.py ui")
    page.evaluate(Path(AXE).read_text())
    found: list[dict[str, Any]] = page.evaluate(LOOK)
    return [fault for fault in found if fault["impact"] in SERIOUS]
