"""Colours that can be read, and told apart, in both modes."""

from __future__ import annotations

import itertools
import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontInfo
from PySide6.QtWidgets import QApplication, QWidget

from tokentray.ui.look import DARK, LIGHT, TEXT_PAIRS, Look, apply_look, contrast, font, label, look_of, pixels

# Machado, Oliveira, Fernandes 2009: how red-, green- and blue-blind eyes see linear RGB.
EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "red-blind": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "green-blind": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "blue-blind": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


def test_contrast_of_black_on_white_is_21() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=lambda look: look.name)
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_is_readable(look: Look, front: str, back: str) -> None:
    assert contrast(getattr(look, front), getattr(look, back)) >= 4.5


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=lambda look: look.name)
@pytest.mark.parametrize("eyes", EYES)
def test_model_colours_are_told_apart(look: Look, eyes: str) -> None:
    seen = [_oklab(colour, EYES[eyes]) for colour in look.series]
    assert min(math.dist(one, other) for one, other in itertools.combinations(seen, 2)) > 0.06


def test_the_system_font_is_replaced_by_inter_with_figures_of_one_width() -> None:
    assert QFontInfo(QApplication.font()).family() == "Inter"
    assert QApplication.font().featureValue(QFont.Tag("tnum")) == 1


def test_a_labels_role_keeps_the_figures_of_one_width() -> None:
    made = label("1111", "muted")
    made.ensurePolished()
    assert made.font().pointSizeF() == 9.0
    assert made.fontMetrics().horizontalAdvance("1111") == made.fontMetrics().horizontalAdvance("8888")


def test_dark_theme_reaches_every_widget(app: QApplication) -> None:
    widget = QWidget()
    apply_look(app, "dark")
    app.processEvents()
    assert look_of(widget) is DARK
    apply_look(app, "light")
    app.processEvents()
    assert look_of(widget) is LIGHT


def test_the_systems_change_is_followed_only_if_that_was_chosen(app: QApplication) -> None:
    apply_look(app, "system")
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert app.palette().window().color().name() == DARK.ground
    apply_look(app, "light")
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert app.palette().window().color().name() == LIGHT.ground
    apply_look(app, "system")
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert app.palette().window().color().name() == LIGHT.ground


def test_text_at_200_percent_grows_fonts_and_lengths(app: QApplication) -> None:
    small = font(13).pointSizeF()
    apply_look(app, "light", text_scale=2.0)
    assert font(13).pointSizeF() == 2 * small
    assert pixels(8) == 16


def _oklab(colour: str, eyes: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    channels = QColor(colour).getRgbF()
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels[:3]]  # type: ignore[index]
    r, g, b = (max(0.0, sum(m * c for m, c in zip(row, linear, strict=True))) for row in eyes)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )
