"""Long work under way: what it is, how far it is, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QWidget

from tokentray.insights.snapshot import Progress
from tokentray.ui.card import text_label
from tokentray.ui.look import pixels


class ProgressLine(QFrame):
    """Hidden while nothing takes long."""

    stop_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self._text = text_label("", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(pixels(140))
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.setToolTip(self.tr("What is read already is kept; it goes on there next time."))
        self.stop.clicked.connect(self.stop_wished)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(self._text, 3)
        row.addWidget(self.bar, 2)
        row.addWidget(self.stop)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_progress(self, progress: Progress | None) -> None:
        """None hides it."""
        self.setVisible(progress is not None)
        if progress is None:
            return
        self._text.setText(f"{progress.title}  ·  {progress.detail}" if progress.detail else progress.title)
        self.setAccessibleName(self._text.text())
        self.bar.setRange(0, 0 if progress.done is None else 1000)
        if progress.done is not None:
            self.bar.setValue(round(progress.done * 1000))
        self.bar.setAccessibleName(progress.title)
