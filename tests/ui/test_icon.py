"""The icon is drawn for its size, says its tone by shape too, and costs nothing when it is the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage

from tokentray.insights.snapshot import Level
from tokentray.ui.icon import SIZES, STYLES, app_icon, tray_icon
from tokentray.ui.look import contrast

CALM = Level(0.42, "Claude · 5-hour window", "calm", False, False)


def image(icon: QIcon, side: int = 32) -> QImage:
    return icon.pixmap(QSize(side, side)).toImage().convertToFormat(QImage.Format.Format_ARGB32)


def ink(icon: QIcon, side: int = 32) -> list[bool]:
    """Where the icon is painted fully: its shape without its colours."""
    picture = image(icon, side)
    return [picture.pixelColor(x, y).alpha() > 200 for y in range(side) for x in range(side)]


def colours(icon: QIcon) -> set[str]:
    picture = image(icon)
    return {
        picture.pixelColor(x, y).name() for y in range(32) for x in range(32) if picture.pixelColor(x, y).alpha() == 255
    }


@pytest.mark.parametrize("style", STYLES)
def test_every_size_is_drawn_for_itself(style: str) -> None:
    icon = tray_icon(style, CALM, "dark")
    assert sorted(size.width() for size in icon.availableSizes()) == list(SIZES)
    for side in SIZES:
        assert image(icon, side).size() == QSize(side, side)
        assert any(ink(icon, side))


@pytest.mark.parametrize("style", STYLES)
def test_the_tone_changes_the_shape_not_only_the_colour(style: str) -> None:
    shapes = [ink(tray_icon(style, replace(CALM, tone=tone), "dark")) for tone in ("calm", "amber", "red")]
    assert shapes[0] != shapes[1] != shapes[2] != shapes[0]


@pytest.mark.parametrize("style", STYLES)
def test_only_a_calm_icon_is_a_mask(style: str) -> None:
    assert tray_icon(style, CALM, "dark").isMask()
    assert not tray_icon(style, replace(CALM, tone="red"), "dark").isMask()
    assert not tray_icon(style, replace(CALM, refused=True), "dark").isMask()


def test_full_looks_unlike_nearly_full() -> None:
    nearly, full = (tray_icon("ring", Level(f, "", "red", False, False), "dark") for f in (0.9999, 1.0))
    assert ink(nearly) != ink(full)


def test_more_than_full_is_full() -> None:
    assert tray_icon("number", replace(CALM, fraction=1.2), "dark") is tray_icon(
        "number", replace(CALM, fraction=1.0), "dark"
    )


def test_foreground_follows_the_panel() -> None:
    assert "#1f2229" in colours(tray_icon("meter", CALM, "dark"))
    assert "#f7f8fa" in colours(tray_icon("meter", CALM, "light"))


def test_stale_is_dimmed_and_a_refused_key_has_a_dot() -> None:
    assert not any(ink(tray_icon("ring", replace(CALM, stale=True), "dark")))
    assert "#e5484d" in colours(tray_icon("ring", replace(CALM, refused=True), "dark"))


def test_nothing_to_show_is_not_drawn_as_zero_percent() -> None:
    nothing = Level(None, "", "calm", False, False)
    assert ink(tray_icon("number", nothing, "dark")) != ink(tray_icon("number", replace(CALM, fraction=0.0), "dark"))


def test_the_same_level_is_drawn_once() -> None:
    assert tray_icon("ring", CALM, "dark") is tray_icon("ring", replace(CALM, what="another"), "dark")


def test_the_application_has_an_icon() -> None:
    assert QSize(48, 48) in app_icon().availableSizes()


@pytest.mark.parametrize("panel", ["#ffffff", "#353535"])
def test_an_unknown_panel_gets_an_icon_that_stands_out_on_white_and_on_dark(panel: str) -> None:
    ink = colours(tray_icon("meter", replace(CALM, fraction=1.0), "either"))

    assert "#85888e" in ink
    assert contrast("#85888e", panel) >= 3
