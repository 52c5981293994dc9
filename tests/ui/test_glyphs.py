"""A glyph on a button that is disabled is fainter than on one that is not, in light and in dark."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QApplication

from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.look import DARK, LIGHT, Look


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_a_disabled_glyph_is_faint(app: QApplication, look: Look) -> None:
    icon = glyph("back", look.muted, 16, can_be_disabled=True)
    usual, disabled = (strongest(icon, mode) for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled))
    assert 0 < disabled < usual / 2


def strongest(icon: QIcon, mode: QIcon.Mode) -> int:
    image = icon.pixmap(glyph_size(16), mode).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    return max(image.pixel(x, y) >> 24 for x in range(image.width()) for y in range(image.height()))
