"""
A year in the Journal's list: scrolling, finding, opening a card and a new view, each against a frame of 16 ms.

python3 tests/benchmarks/journal.py [--cards 600] [--sessions 2000] [--rounds 200]

Painted by the processor into memory (offscreen), so it is slower than a screen. The answer to a search comes from the engine's thread
and is not in these figures; what the window does with it is.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from tests.ui.journal_views import year_view
from tests.ui.snapshots import NOW
from tokentray.core.clock import StoppedClock
from tokentray.insights.journal import CardRow, JournalDay, JournalView
from tokentray.ui.look import apply_look
from tokentray.ui.pages.journal_page import JournalPage

FRAME_MS = 16.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=600)
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=200)
    chosen = parser.parse_args()
    app = QApplication([])
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    apply_look(app, "light", text_scale=1.0)
    view = year_view(chosen.cards, chosen.sessions)
    page = shown_page(app, view)
    print(f"{chosen.cards} cards and {chosen.sessions} sessions: {page.rows.rowCount()} rows, page 984 × 760")
    print("| what | median | 95 % | slowest | a frame of 16 ms |\n|---|---|---|---|---|")
    missed = 0
    for name, steps in (
        ("scrolling by a wheel's notch", scrolling(app, page, chosen.rounds)),
        ("jumping anywhere (rows never painted)", jumping(app, page, chosen.rounds)),
        ("moving by the arrow keys", moving(app, page, chosen.rounds)),
        ("opening a card", opening(app, page, chosen.rounds // 4)),
        ("showing what a search found (60 cards)", finding(app, page, view, chosen.rounds // 4)),
        ("showing the year again after a save", saving(app, page, view, chosen.rounds // 4)),
        ("showing another year", renewing(app, page, view, chosen.rounds // 10)),
    ):
        missed += row(name, steps)
    page.close()
    return 1 if missed else 0


def shown_page(app: QApplication, view: JournalView) -> JournalPage:
    page = JournalPage(StoppedClock(NOW))
    page.resize(984, 760)
    page.show_journal(view)
    page.show()
    app.processEvents()
    return page


def scrolling(app: QApplication, page: JournalPage, rounds: int) -> list[float]:
    bar = page.list.verticalScrollBar()
    bar.setValue(0)
    return [timed(lambda: painted(app, page, lambda: bar.setValue(bar.value() + 75))) for _ in range(rounds)]


def jumping(app: QApplication, page: JournalPage, rounds: int) -> list[float]:
    bar = page.list.verticalScrollBar()
    places = [bar.maximum() * (n * 61 % rounds) // rounds for n in range(rounds)]
    return [timed(lambda place=place: painted(app, page, lambda: bar.setValue(place))) for place in places]


def moving(app: QApplication, page: JournalPage, rounds: int) -> list[float]:
    places = [place for place in range(rounds * 2) if not isinstance(page.rows.thing(place), JournalDay)][:rounds]
    return [
        timed(lambda p=p: painted(app, page, lambda: page.list.setCurrentIndex(page.rows.index(p)))) for p in places
    ]


def opening(app: QApplication, page: JournalPage, rounds: int) -> list[float]:
    cards = [place for place in range(page.rows.rowCount()) if isinstance(page.rows.thing(place), CardRow)]
    page.list.setFocus()
    steps = []
    for place in cards[:rounds]:
        page.list.setCurrentIndex(page.rows.index(place))
        app.processEvents()
        steps.append(timed(lambda: painted(app, page, page._show_chosen)))
    page.list.clearSelection()
    return steps


def finding(app: QApplication, page: JournalPage, view: JournalView, rounds: int) -> list[float]:
    """Answers of different words, one after the other."""
    answers = []
    for n in range(2):
        days = tuple(replace(day, cards=day.cards[:1], unexplained=()) for day in view.days[n : 120 + n : 2])
        answers.append(replace(view, days=days, cards=60))
    return [timed(lambda n=n: painted(app, page, lambda: page.show_journal(answers[n % 2]))) for n in range(rounds)]


def renewing(app: QApplication, page: JournalPage, view: JournalView, rounds: int) -> list[float]:
    """With one day more and one less, so that every row has another place."""
    views = (view, replace(view, days=view.days[1:]))
    return [
        timed(lambda n=n: painted(app, page, lambda: page.show_journal(views[n % 2]))) for n in range(max(rounds, 6))
    ]


def saving(app: QApplication, page: JournalPage, view: JournalView, rounds: int) -> list[float]:
    return [timed(lambda: painted(app, page, lambda: page.show_journal(view))) for _ in range(max(rounds, 5))]


def painted(app: QApplication, page: JournalPage, step: Callable[[], object]) -> None:
    step()
    app.processEvents()


def timed(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1000


def row(name: str, steps: list[float]) -> bool:
    """Prints one line; whether a usual step (95 of 100) took longer than a frame."""
    usual = sorted(steps)[int(len(steps) * 0.95) - 1]
    word = "met" if usual <= FRAME_MS else f"MISSED by {usual / FRAME_MS - 1:.0%}"
    print(f"| {name} | {statistics.median(steps):.1f} ms | {usual:.1f} ms | {max(steps):.1f} ms | {word} |", flush=True)
    return usual > FRAME_MS


if __name__ == "__main__":
    sys.exit(main())
