"""
A person who writes a card in the real program, offscreen, key by key, and says after each key how many there were, and when.

Not a test: test_typing_killed.py starts it, and kills it. The program is put together as the tray does it; only keys are sent into it.
"""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.end_to_end.typed_text import TEXT, TITLE
from tokentray.app import App

KEY_EVERY_MS = 18


def main() -> None:
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    app = App(sample=False)
    app.begin()
    keys = iter(f"{TITLE}\n{TEXT}")
    typed = 0
    timer = QTimer()
    timer.setInterval(KEY_EVERY_MS)

    def begin() -> None:
        app.show_window()
        window = app._window
        if window is None:
            return
        window.show_page("journal")
        page = window._journal()
        if page._view is not None:
            timer.timeout.disconnect(begin)
            page.add.click()
            timer.timeout.connect(press)

    def press() -> None:
        nonlocal typed
        key, field = next(keys, None), QApplication.focusWidget()
        if key is not None and field is not None:
            QTest.keyClicks(field, key) if key != "\n" else QTest.keyClick(field, "\r")
            typed += 1
            sys.stdout.write(f"{typed} {time.monotonic()}\n")
            sys.stdout.flush()

    timer.timeout.connect(begin)
    timer.start()
    QApplication.exec()


if __name__ == "__main__":
    main()
