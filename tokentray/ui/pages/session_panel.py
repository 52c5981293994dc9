"""A stretch of work that no card speaks of: what is known of it, and what can be done with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from tokentray.core.journal import WorkSession
from tokentray.ui import wording
from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import pixels


class SessionPanel(Card):
    """Shows one stretch; the buttons say what is wished with it."""

    card_wished = Signal()
    split_wished = Signal()
    join_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        tr = self.tr
        self.body.setContentsMargins(21, 19, 20, 20)
        self.question = text_label(tr("What was this?"), "title", wrap=True)
        self.when = text_label("", "strong", wrap=True)
        self.facts = QFormLayout()
        self.facts.setHorizontalSpacing(16)
        self.facts.setVerticalSpacing(6)
        self.facts.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.facts.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.start = QPushButton(tr("Start a card"))
        self.start.setProperty("role", "primary")
        self.start.setToolTip(tr("Enter, in the list"))
        self.split = QPushButton(tr("Split…"))
        self.split.setToolTip(tr("Two things were done here: cut it in two (S, in the list)"))
        self.join = QPushButton(tr("Join with the one before"))
        self.join.setToolTip(tr("It went on after a pause: make them one (Shift+J, in the list)"))
        self.hint = text_label(
            tr("A few words are enough: what you tried, and how it went. What did not work is worth as much."),
            "muted",
            wrap=True,
        )
        buttons = FlowLayout(gap=8)
        for button in (self.start, self.split, self.join):
            buttons.addWidget(button)
        self.body.addWidget(self.question)
        self.body.addWidget(self.when)
        self.body.addSpacing(8)
        self.body.addLayout(self.facts)
        self.body.addSpacing(10)
        self.body.addLayout(buttons)
        self.body.addWidget(self.hint)
        self.body.addStretch(1)
        self.start.clicked.connect(self.card_wished)
        self.split.clicked.connect(self.split_wished)
        self.join.clicked.connect(self.join_wished)

    def show_session(self, session: WorkSession, zone: ZoneInfo, *, joinable: bool) -> None:
        """`joinable`: there is an earlier stretch of that project."""
        day = wording.day_text(session.start.astimezone(zone).date())
        stretch = wording.stretch_text(session.start, session.end, zone)
        self.when.setText(self.tr("{day}, {stretch}").format(day=day, stretch=stretch))
        self.setAccessibleName(f"{self.question.text()} {self.when.text()}")
        self.split.setEnabled(len(cuts_of(session)) > 0)
        self.join.setEnabled(joinable)
        while self.facts.rowCount():
            self.facts.removeRow(0)
        for title, words in self._facts_of(session):
            self.facts.addRow(text_label(title, "muted"), text_label(words, wrap=True))

    def _facts_of(self, session: WorkSession) -> list[tuple[str, str]]:
        tr = self.tr
        cost = wording.moneys_text(session.cost)
        facts = [
            (tr("Project"), session.project or wording.project_words(None)),
            (tr("Tokens"), wording.tokens_exactly(session.tokens.total)),
            (tr("Cost"), f"{cost} · {wording.cost_kind_text(session.cost)}" if session.cost else wording.UNKNOWN),
            (tr("Agents"), ", ".join(session.agents)),
            (tr("Models"), ", ".join(session.models)),
        ]
        if session.also_billed is not None:
            words = tr("{tokens} were billed for the same time; they may be the same ones.")
            facts.append((tr("Bill"), words.format(tokens=wording.tokens_text(session.also_billed))))
        if session.grain == "hour":
            facts.append((tr("As fine as"), tr("the hours of the bill: no log knows more")))
        return [(title, words) for title, words in facts if words]


class SplitDialog(QDialog):
    """Asks where to cut a stretch in two; `cut` carries the instant, which begins the later part."""

    cut = Signal(object)

    def __init__(self, session: WorkSession, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Split a session"))
        self._session, self._zone = session, zone
        self._cuts = cuts_of(session)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(self.tr("Where to cut"))
        self.slider.setRange(0, max(len(self._cuts) - 1, 0))
        self.slider.setPageStep(10)
        self.slider.setMinimumWidth(pixels(320))
        self.words = text_label("", wrap=True)
        buttons = QDialogButtonBox()
        accept = buttons.addButton(self.tr("Split"), QDialogButtonBox.ButtonRole.AcceptRole)
        accept.setProperty("role", "primary")
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._tell)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(text_label(self.tr("Where did the second thing begin?"), "strong", wrap=True))
        column.addWidget(self.slider)
        column.addWidget(self.words)
        column.addWidget(buttons)
        self.slider.valueChanged.connect(self._show)
        self.slider.setValue(len(self._cuts) // 2)
        self._show()

    @property
    def instant(self) -> datetime:
        return self._cuts[self.slider.value()]

    def _show(self) -> None:
        first = wording.stretch_text(self._session.start, self.instant, self._zone)
        second = wording.stretch_text(self.instant, self._session.end, self._zone)
        self.words.setText(self.tr("{first}, then {second}").format(first=first, second=second))
        self.slider.setAccessibleDescription(self.words.text())

    def _tell(self) -> None:
        self.accept()
        self.cut.emit(self.instant)


def cuts_of(session: WorkSession) -> list[datetime]:
    """The full minutes within a stretch."""
    first = session.start.replace(second=0, microsecond=0) + timedelta(minutes=1)
    minutes = int((session.end - first).total_seconds() // 60) + 1
    return [cut for n in range(minutes) if session.start < (cut := first + timedelta(minutes=n)) < session.end]
