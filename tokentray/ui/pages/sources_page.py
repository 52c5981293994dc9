"""Sources: every account and agent, how it is, and where more can be added."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMessageBox, QPushButton, QVBoxLayout, QWidget

from tokentray.insights.snapshot import AccountState, Snapshot
from tokentray.settings.new_account import AccountTested
from tokentray.ui.card import text_label
from tokentray.ui.page_frame import PageFrame
from tokentray.ui.pages.account_card import AccountCard
from tokentray.ui.pages.add_source_dialog import AddSourceDialog


class SourcesPage(QWidget):
    """Agents first, they need nothing; then the accounts at providers."""

    account_added = Signal(object)
    account_tested = Signal(str)
    account_paused = Signal(str, bool)
    account_removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: Snapshot | None = None
        self._dialog: AddSourceDialog | None = None
        self.cards: dict[str, AccountCard] = {}
        frame = PageFrame(self, self.tr("Sources"))
        self.add = QPushButton(self.tr("Add a source…"))
        self.add.setProperty("role", "primary")
        self.add.clicked.connect(lambda: self.open_dialog())
        frame.head.addWidget(self.add)
        self._agents = _Group(
            self.tr("Coding agents on this machine"),
            self.tr("No coding agent's logs were found. Those kept elsewhere can be added with their folder."),
        )
        self._providers = _Group(
            self.tr("Accounts at providers"),
            self.tr(
                "None yet. A provider's own numbers need a key that may read usage; it stays in your system's keyring."
            ),
        )
        self._scroll = frame.scroll
        frame.body.addWidget(self._agents)
        frame.body.addWidget(self._providers)
        frame.body.addStretch(1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        gone = set(self.cards) - {row.account for row in snapshot.accounts}
        for account in gone:
            card = self.cards.pop(account)
            card.hide()
            card.deleteLater()
        # In the order of the page, because Tab goes by the order in which cards are made.
        for row in sorted(snapshot.accounts, key=lambda row: row.kind != "agent"):
            self._card_of(row).show_row(row, snapshot.taken_at, snapshot.zone)
        kinds = {row.account: row.kind for row in snapshot.accounts}
        self._agents.show_empty(empty="agent" not in kinds.values())
        self._providers.show_empty(empty=not set(kinds.values()) - {"agent"})

    def show_tested(self, tested: AccountTested) -> None:
        """Shows what a test said: in the dialog if the account was added there, else in its card."""
        if self._dialog is not None and self._dialog.waits_for(tested.account):
            self._dialog.show_tested(tested)
        elif tested.account in self.cards:
            self.cards[tested.account].show_tested(tested)

    def show_account(self, account: str) -> None:
        """Scrolls to an account's card and puts the focus there."""
        if account in self.cards:
            self.cards[account].pause.setFocus()
            self._scroll.ensureWidgetVisible(self.cards[account])

    def open_dialog(self, source: str = "", label: str = "") -> None:
        """Opens the adding dialog, at a source if one is named."""
        if self._snapshot is None:
            return
        taken = {row.account for row in self._snapshot.accounts} - {f"{source}/{label}"}
        dialog = AddSourceDialog(self._snapshot.catalogue, taken, self)
        dialog.account_added.connect(self.account_added)
        dialog.finished.connect(self._forget_dialog)
        self._dialog = dialog
        dialog.choose(source, label)
        dialog.open()

    def _forget_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _card_of(self, row: AccountState) -> AccountCard:
        if row.account not in self.cards:
            card = AccountCard(row.account)
            card.test_wished.connect(self._test)
            card.pause_wished.connect(self.account_paused)
            card.remove_wished.connect(self._confirm_remove)
            self.cards[row.account] = card
            (self._agents if row.kind == "agent" else self._providers).column.addWidget(card)
        return self.cards[row.account]

    def _test(self, account: str) -> None:
        self.cards[account].show_testing()
        self.account_tested.emit(account)

    def _confirm_remove(self, account: str) -> None:
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Remove a source"))
        box.setText(self.tr("Remove {account}?").format(account=account))
        box.setInformativeText(
            self.tr(
                "It is not read any more, and its key is deleted from the keyring. What it told so far stays in your history."
            )
        )
        remove = box.addButton(self.tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.buttonClicked.connect(lambda button: self.account_removed.emit(account) if button is remove else None)
        box.finished.connect(box.deleteLater)
        box.open()


class _Group(QWidget):
    """A heading with its cards, or with a sentence while there are none."""

    def __init__(self, title: str, nothing: str) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 6)
        self.column.setSpacing(10)
        self.column.addWidget(text_label(title, "strong"))
        self._nothing = text_label(nothing, "muted", wrap=True)
        self.column.addWidget(self._nothing)

    def show_empty(self, *, empty: bool) -> None:
        self._nothing.setVisible(empty)
