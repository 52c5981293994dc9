"""The application all windows' tests share: offscreen, in our look, with English numbers."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QLocale
from PySide6.QtWidgets import QApplication

from tokentray.ui.look import apply_look

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def app(qapp: QApplication) -> Iterator[QApplication]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    apply_look(qapp, "light", text_scale=1.0)
    yield qapp
    # Without an event loop nothing that was closed would go, and each look would be laid over all windows so far.
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QLocale.setDefault(before)
