"""Asks before something that was sent is withdrawn, and whether at random times or now."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

from tokentray.share.team_view import Sending
from tokentray.ui.wording import translate


def ask_withdrawal(parent: QWidget, chosen: tuple[Sending, ...], withdraw: Callable[[bool], None]) -> None:
    """Calls `withdraw` with whether now; without asking where nothing has left yet, so that taking it back costs nothing."""
    sent = sum(one.state == "sent" for one in chosen)
    if not sent:
        withdraw(False)
        return
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(translate("withdraw", "Withdraw"))
    box.setText(
        translate("withdraw", "Withdraw “{words}”?").format(words=chosen[0].words.rstrip("."))
        if len(chosen) == 1
        else translate("withdraw", "Withdraw {count} parts?").format(count=len(chosen))
    )
    box.setInformativeText(
        translate(
            "withdraw",
            "Each is deleted from the board at a random time within six hours, in random order. What was published of a closed week stays "
            "as it is, and its token stays spent.\n\n"
            "Now means in one moment: whoever watches connections to the board can see that these parts are one person's, and when.",
        )
    )
    spread = box.addButton(translate("withdraw", "Withdraw"), QMessageBox.ButtonRole.AcceptRole)
    at_once = box.addButton(translate("withdraw", "Withdraw now"), QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))

    def answered(button: object) -> None:
        if button in (spread, at_once):
            withdraw(button is at_once)

    box.buttonClicked.connect(answered)
    box.finished.connect(box.deleteLater)
    box.open()
