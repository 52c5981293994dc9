"""The use that a card speaks of: stretches of work with their tokens and cost, or a mere date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, tzinfo

from PySide6.QtCore import QDate, QEvent, Qt, Signal
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtWidgets import QDateEdit, QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from tokentray.core.journal import Link, WorkSession, holds, link_to
from tokentray.ui import wording
from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.look import label, look_of, pixels


class SessionLinks(QWidget):
    """Several stretches may be linked; without any, the date says when, and the tokens are unknown."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Use"))
        self._links: tuple[Link, ...] = ()
        self._day: date | None = None
        self._shown_day: date | None = None
        self._known: tuple[WorkSession, ...] = ()
        self._zone: tzinfo = UTC
        self._rows: list[_Row] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(pixels(6))
        self._list = QVBoxLayout()
        self._list.setSpacing(pixels(6))
        column.addLayout(self._list)
        column.addWidget(self._make_date_line())
        line = FlowLayout(gap=pixels(8))
        self.add = QPushButton(self.tr("Link a session…"))
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self._show_menu)
        line.addWidget(self.add)
        column.addLayout(line)
        self._dress()

    def links(self) -> tuple[Link, ...]:
        return self._links

    def day(self) -> date | None:
        """The date of use that no log knows; None if links say when, or nobody said."""
        return None if self._links else self._day

    def show_links(
        self,
        links: Sequence[Link],
        day: date | None,
        known: Sequence[WorkSession],
        zone: tzinfo,
        usual_day: date,
    ) -> None:
        """`known` are the stretches that can be linked, the linked ones among them; `usual_day` stands where no date was said."""
        self._links, self._day, self._known, self._zone = tuple(links), day, tuple(known), zone
        self._show_day(day or usual_day)
        self._show_rows()

    def stops(self) -> list[QWidget]:
        """Where Tab is to come by, in reading order."""
        return [*(row.cross for row in self._rows), self._date, self.add]

    def link(self, session: WorkSession) -> None:
        """The same as choosing it from the menu."""
        self._links = (*self._links, link_to(session))
        self._show_rows()
        self.edited.emit()

    def unlink(self, link: Link) -> None:
        """The last link leaves its day behind, so that the card keeps its place."""
        self._links = tuple(each for each in self._links if each != link)
        if not self._links:
            self._day = link.start.astimezone(self._zone).date()
            self._show_day(self._day)
        self._show_rows()
        self.edited.emit()

    def menu(self) -> QMenu:
        """What can be linked, newest first."""
        menu = QMenu(self)
        offered = [session for session in self._known if not any(holds(session, link) for link in self._links)]
        for session in sorted(offered, key=lambda each: each.start, reverse=True):
            day = wording.short_day(session.start.astimezone(self._zone).date())
            action = QAction(f"{day}, {wording.session_words(session, self._zone)}", menu)
            action.triggered.connect(lambda _=False, session=session: self.link(session))
            menu.addAction(action)
        if not offered:
            menu.addAction(self.tr("No other session is known around that day")).setEnabled(False)
        return menu

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)

    def _make_date_line(self) -> QWidget:
        self._plain = QWidget()
        line = FlowLayout(self._plain, gap=pixels(8))
        self._date = _Date()
        self._date.setCalendarPopup(True)
        self._date.setDisplayFormat(self.tr("ddd, d MMM yyyy"))
        self._date.setAccessibleName(self.tr("Date of use"))
        self._date.dateChanged.connect(self._choose_day)
        line.addWidget(self._date)
        line.addWidget(label(wording.tokens_text(None), "muted"))
        return self._plain

    def _show_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def _show_day(self, day: date) -> None:
        before = self._date.blockSignals(True)
        self._date.setDate(QDate(day.year, day.month, day.day))
        self._date.blockSignals(before)

    def _choose_day(self, chosen: QDate) -> None:
        self._day = date(chosen.year(), chosen.month(), chosen.day())
        self.edited.emit()

    def _show_rows(self) -> None:
        had_focus = any(row.isAncestorOf(self.focusWidget()) for row in self._rows if self.focusWidget() is not None)
        for row in self._rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [self._row(link) for link in self._links]
        self._plain.setVisible(not self._links)
        if had_focus:
            self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, link: Link) -> _Row:
        session = next((each for each in self._known if holds(each, link)), None)
        start, end = (session.start, session.end) if session else (link.start, link.end)
        day = wording.day_text(start.astimezone(self._zone).date())
        when = f"{day}, {wording.stretch_text(start, end, self._zone)}"
        facts = [wording.session_facts(session), *session.agents, *session.models] if session else []
        row = _Row(wording.project_words(link.project), when, " · ".join(facts) or wording.tokens_text(None))
        row.cross.clicked.connect(lambda: self.unlink(link))
        row.dress()
        self._list.addWidget(row)
        return row

    def _dress(self) -> None:
        self.add.setIcon(glyph("plus", look_of(self).muted))
        self.add.setIconSize(glyph_size(16))
        for row in self._rows:
            row.dress()


class _Row(QFrame):
    """One linked stretch: whose, when, how much."""

    def __init__(self, project: str, when: str, facts: str) -> None:
        super().__init__()
        self.setProperty("role", "inset")
        self.setAccessibleName(f"{project}, {when}: {facts}")
        self.cross = QToolButton()
        self.cross.setProperty("role", "flat")
        words = self.tr("Unlink {project}, {when}").format(project=project, when=when)
        self.cross.setAccessibleName(words)
        self.cross.setToolTip(words)
        line = QHBoxLayout(self)
        line.setContentsMargins(pixels(12), pixels(6), pixels(6), pixels(6))
        texts = QVBoxLayout()
        texts.setSpacing(pixels(2))
        texts.addWidget(text_label(f"{project} · {when}", "strong", wrap=True))
        texts.addWidget(text_label(facts, "muted", wrap=True))
        line.addLayout(texts, 1)
        line.addWidget(self.cross, 0, Qt.AlignmentFlag.AlignTop)

    def dress(self) -> None:
        self.cross.setIcon(glyph("close", look_of(self).muted, 16))
        self.cross.setIconSize(glyph_size(16))


class _Date(QDateEdit):
    """Scrolling the page over it must not change it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
