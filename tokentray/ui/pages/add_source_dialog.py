"""Adding a source: which key with which right, where it is made, and at once whether it works."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tokentray.core.api_key import ApiKey
from tokentray.insights.snapshot import SourceCard
from tokentray.settings.new_account import AccountTested, NewAccount
from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout, line_of_links
from tokentray.ui.look import pixels, set_role
from tokentray.ui.page_frame import ScrolledColumn
from tokentray.ui.segments import Segments

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class AddSourceDialog(QDialog):
    """`taken` are the names of the accounts there are; `account_added` carries a NewAccount, whose test is awaited."""

    account_added = Signal(object)

    def __init__(self, catalogue: tuple[SourceCard, ...], taken: set[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Add a source"))
        self._catalogue = catalogue
        self._taken = taken
        self._source: SourceCard | None = None
        self._waiting = ""
        self._make_fields()
        self._lay_out()
        self.search.textChanged.connect(self._narrow)
        self.list.currentItemChanged.connect(self._show_current)
        self._narrow("")
        self.resize(pixels(760), pixels(560))

    def choose(self, source: str, label: str = "") -> None:
        """Shows a source of the catalogue, with a label if one is given; the first one for an unknown name."""
        for row in range(self.list.count()):
            card = self.list.item(row).data(Qt.ItemDataRole.UserRole)
            if card is not None and card.name == source:
                self.list.setCurrentRow(row)
        if label:
            self.label.setText(label)

    def waits_for(self, account: str) -> bool:
        return account == self._waiting

    def show_tested(self, tested: AccountTested) -> None:
        """Ends the waiting: a good key may be left at that, a bad one can be corrected here."""
        self._waiting = ""
        self._form.setEnabled(not tested.accepted)
        self.list.setEnabled(not tested.accepted)
        self._say(("✓ " if tested.accepted else "✕ ") + tested.sentence, "good" if tested.accepted else "bad")
        if tested.accepted:
            self.key.clear()
            self._cancel.hide()
            self.add.setText(self.tr("Done"))
            self.add.setEnabled(True)
            self.add.clicked.disconnect()
            self.add.clicked.connect(self.accept)
            self.add.setFocus()
        else:
            self._check()

    def _make_fields(self) -> None:
        tr = self.tr
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search"))
        self.search.setAccessibleName(tr("Search sources"))
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Sources that can be added"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.label = QLineEdit()
        self.key_from = Segments(
            tr("Where the key is kept"),
            [("keyring", tr("System keyring")), ("env", tr("Environment variable")), ("command", tr("Command"))],
        )
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.variable = QLineEdit()
        self.command = QLineEdit()
        self.folder = QLineEdit()
        self.browse = QPushButton(tr("Choose…"))
        self.browse.setAccessibleName(tr("Choose a folder"))
        self.advanced = QPushButton(tr("Advanced"))
        self.advanced.setProperty("role", "link")
        self.advanced.setCheckable(True)
        self.base_url = QLineEdit()
        self.link = QPushButton()
        self.link.setProperty("role", "link")
        self.add = QPushButton(tr("Add and test"))
        self.add.setProperty("role", "primary")
        self.add.setDefault(True)
        self._cancel = QPushButton(tr("Cancel"))
        self.key_from.show_value("keyring")
        self.key_from.chosen.connect(self._check)
        self.advanced.toggled.connect(self._check)
        for field in (self.label, self.key, self.variable, self.command, self.folder, self.base_url):
            field.textChanged.connect(self._check)
        self.browse.clicked.connect(self._choose_folder)
        self.link.clicked.connect(self._open_page)
        self.add.clicked.connect(self._add)
        self._cancel.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        tr = self.tr
        self._title = text_label("", "heading")
        self._gives = text_label("", wrap=True)
        self._cannot = text_label("", "muted", wrap=True)
        self._needs = text_label("", wrap=True)
        self._said = text_label("", wrap=True)
        self._form = QWidget()
        form = QVBoxLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(6)
        folder = QWidget()
        line = QHBoxLayout(folder)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.folder, 1)
        line.addWidget(self.browse)
        sources = QWidget()
        flow = FlowLayout(sources)
        flow.addWidget(self.key_from)
        self._rows = {
            "label": _field(
                form, tr("Name"), tr("To tell accounts of one source apart, such as work or home."), self.label
            ),
            "folder": _field(
                form, tr("Folder"), tr("Where this agent keeps its logs; it is only read."), folder, self.folder
            ),
            "key_from": _field(form, tr("Where the key is kept"), "", sources, self.key_from),
            "key": _field(form, tr("Key"), tr("It goes into your system's keyring and nowhere else."), self.key),
            "variable": _field(
                form, tr("Variable"), tr("Only the name is stored; TokenTray reads it when it starts."), self.variable
            ),
            "command": _field(
                form,
                tr("Command"),
                tr("It prints the key, such as: pass show openai. Only the command is stored."),
                self.command,
            ),
        }
        form.addLayout(line_of_links(self.advanced))
        self._rows["base_url"] = _field(
            form,
            tr("Base URL"),
            tr("For a proxy or a gateway: scheme and host, instead of the provider's own."),
            self.base_url,
        )
        right = ScrolledColumn()
        column = right.column
        column.setContentsMargins(16, 0, 12, 0)
        column.setSpacing(8)
        for widget in (self._title, self._gives, self._cannot, self._needs):
            column.addWidget(widget)
        column.addLayout(line_of_links(self.link))
        column.addWidget(self._form)
        column.addStretch(1)
        left = QVBoxLayout()
        left.addWidget(self.search)
        left.addWidget(self.list, 1)
        panes = QHBoxLayout()
        panes.addLayout(left, 2)
        panes.addWidget(right.in_scroll_area(), 5)
        buttons = QHBoxLayout()
        buttons.addWidget(self._said, 1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self.add)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.setSpacing(12)
        outer.addLayout(panes, 1)
        outer.addLayout(buttons)

    def _narrow(self, typed: str) -> None:
        self.list.clear()
        words = typed.casefold().split()
        for kind, title in (("provider", self.tr("Providers")), ("agent", self.tr("Coding agents"))):
            found = [c for c in self._catalogue if c.kind == kind and all(w in c.title.casefold() for w in words)]
            if found:
                heading = QListWidgetItem(title)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                self.list.addItem(heading)
            for card in found:
                item = QListWidgetItem(card.title)
                item.setData(Qt.ItemDataRole.UserRole, card)
                self.list.addItem(item)
        if self.list.count() > 1:
            self.list.setCurrentRow(1)

    def _show_current(self, item: QListWidgetItem | None) -> None:
        card = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if card is None:
            return
        self._source = card
        self._title.setText(card.title)
        self._gives.setText(card.gives)
        self._cannot.setText(self.tr("Limits: {what}").format(what=card.cannot))
        self._cannot.setVisible(bool(card.cannot))
        self._needs.setText(self.tr("You need: {key}").format(key=card.key_kind))
        self._needs.setVisible(bool(card.key_kind))
        self.link.setText(self.tr("Make one at {place} ↗").format(place=QUrl(card.key_page).host()))
        self.link.setToolTip(card.key_page)
        self.link.setVisible(bool(card.key_page))
        self.label.setText(self._free_label(card.name))
        self.key.clear()
        self._say("", "muted")
        self._check()

    def _free_label(self, source: str) -> str:
        for label in ("default", "work", "home"):
            if f"{source}/{label}" not in self._taken:
                return label
        return ""

    def _check(self) -> None:
        """Shows the fields that count and lets add only what is complete."""
        provider = self._source is not None and self._source.kind == "provider"
        origin = self.key_from.value()
        for name, shown in (
            ("folder", not provider),
            ("key_from", provider),
            ("key", provider and origin == "keyring"),
            ("variable", provider and origin == "env"),
            ("command", provider and origin == "command"),
            ("base_url", provider and self.advanced.isChecked()),
        ):
            self._rows[name].setVisible(shown)
        self.advanced.setVisible(provider)
        wrong = self._what_is_wrong()
        if wrong:
            self._say(wrong, "muted")
        elif self._said.property("role") == "muted":
            self._say("", "muted")
        self.add.setEnabled(not wrong and self._is_complete() and not self._waiting)

    def _what_is_wrong(self) -> str:
        label, url = self.label.text().strip(), QUrl(self.base_url.text().strip())
        if "/" in label:
            return self.tr("A name has no slash in it.")
        if self._source is not None and f"{self._source.name}/{label}" in self._taken:
            return self.tr("There is {account} already; choose another name.").format(
                account=f"{self._source.name}/{label}"
            )
        if url.isEmpty() or url.scheme() == "https" or (url.scheme() == "http" and url.host() in _LOOPBACK):
            return ""
        return self.tr("A base URL begins with https:// (http:// only on this machine).")

    def _is_complete(self) -> bool:
        if self._source is None or not self.label.text().strip():
            return False
        if self._source.kind == "agent":
            return bool(self.folder.text().strip())
        field = {"keyring": self.key, "env": self.variable, "command": self.command}[str(self.key_from.value())]
        return bool(field.text().strip())

    def _add(self) -> None:
        account = self._new_account()
        self._waiting = account.name
        self._form.setEnabled(False)
        self.list.setEnabled(False)
        self.add.setEnabled(False)
        self._say(self.tr("Testing…"), "muted")
        self.account_added.emit(account)

    def _new_account(self) -> NewAccount:
        assert self._source is not None  # noqa: S101  the button is disabled without a source
        label = self.label.text().strip()
        if self._source.kind == "agent":
            return NewAccount(self._source.name, label, folder=self.folder.text().strip())
        origin = self.key_from.value()
        key = ApiKey(self.key.text()) if origin == "keyring" else None
        key_from = {
            "keyring": "keyring",
            "env": f"env:{self.variable.text().strip()}",
            "command": f"command:{self.command.text().strip()}",
        }[str(origin)]
        url = self.base_url.text().strip() if self.advanced.isChecked() else ""
        return NewAccount(self._source.name, label, base_url=url, key=key, key_from=key_from)

    def _say(self, text: str, role: str) -> None:
        set_role(self._said, role)
        self._said.setText(text)

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder of the agent's logs"), self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _open_page(self) -> None:
        if self._source is not None:
            QDesktopServices.openUrl(QUrl(self._source.key_page))


def _field(form: QVBoxLayout, title: str, explanation: str, widget: QWidget, named: QWidget | None = None) -> QWidget:
    """Title, field and explanation below each other; `named` gets the accessible name if it is inside `widget`."""
    row = QWidget()
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 4, 0, 4)
    column.setSpacing(3)
    words = text_label(title, "strong")
    words.setBuddy(named or widget)
    (named or widget).setAccessibleName(title)
    (named or widget).setAccessibleDescription(explanation)
    column.addWidget(words)
    column.addWidget(widget)
    if explanation:
        column.addWidget(text_label(explanation, "muted", wrap=True))
    form.addWidget(row)
    return row
