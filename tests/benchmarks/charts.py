"""Charts: the first paint of a full year of ten models, and a repaint from the kept picture."""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from peers import ROOT

sys.path.insert(0, ROOT)

from PySide6.QtWidgets import QApplication

from tokentray.insights.snapshot import Series, Stack
from tokentray.ui.charts.bars import BarChart
from tokentray.ui.look import apply_look

BARS, SERIES = 365, 10
FRAME = 1 / 60


def measure_charts(rounds: int = 21) -> None:
    app = QApplication.instance() or QApplication([])
    apply_look(app, "light")
    print("\n### Charts\n\n| what | ours | aim | |\n|---|---|---|---|")
    stack = year_of_bars()
    firsts, repaints = [], []
    for _ in range(rounds):
        chart = BarChart()
        chart.resize(1100, 320)
        chart.show_stack(stack)
        chart.show()
        firsts.append(seconds(chart.grab))
        repaints.append(seconds(chart.grab))
        chart.close()
        chart.deleteLater()
    aim(f"first paint of {BARS} x {SERIES} bars, median", statistics.median(firsts), 0.020)
    aim("repaint from the kept picture, p95", sorted(repaints)[int(rounds * 0.95)], FRAME)


def aim(what: str, taken: float, aimed: float) -> None:
    word = "met" if taken <= aimed else f"MISSED by {taken / aimed - 1:.0%}"
    print(f"| {what} | {taken * 1000:.2f} ms | {aimed * 1000:.1f} ms | {word} |", flush=True)


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def year_of_bars() -> Stack:
    dice = random.Random(1)
    starts = tuple(date(2025, 11, 22) + timedelta(days=number) for number in range(BARS))
    series = tuple(
        Series(f"model-{number}", min(number, 8), tuple(dice.random() * 1e6 for _ in starts))
        for number in range(SERIES)
    )
    return Stack(starts, series)


if __name__ == "__main__":
    measure_charts()
