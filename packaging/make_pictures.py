"""
Makes the README's pictures from the made-up year, the same ones each time:

    python packaging/make_pictures.py [FOLDER]

FOLDER is resources/pictures unless another one is named. The clock stands still, the locale and the zone are fixed, the font is
our own, and the pictures are drawn offscreen at twice the size, so that only a change of the program changes them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NOW = datetime(2026, 11, 20, 15, 10, tzinfo=UTC)
ZONE = "Europe/Berlin"
LOOKS = ("light", "dark")
PAGES = ("overview", "trends", "journal", "checkin", "team", "sources")
TEAM_PARTS = {"team-experiments": "feed"}
OPEN_CARD = "Undo for the bulk edit"

# Qt reads it when the application is made.
os.environ["QT_SCALE_FACTOR"] = "2"
# The offscreen screen is 800 by 800 unless a file says otherwise: too small for a popover at twice the size.
SCREEN = {"screens": [{"name": "large", "x": 0, "y": 0, "width": 3200, "height": 2400, "logicalDpi": 96}]}
sys.path.insert(0, ROOT)

from PySide6.QtCore import QLocale  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from tokentray.core.clock import StoppedClock  # noqa: E402
from tokentray.ingest.demo import demo_settings, make_demo  # noqa: E402
from tokentray.insights.checkin import CheckInDraft, take_checkin  # noqa: E402
from tokentray.insights.journal import JournalChoice, JournalView, Proposal, take_journal, take_proposal  # noqa: E402
from tokentray.insights.snapshot import Snapshot, Step, TrendChoice  # noqa: E402
from tokentray.insights.snapshot_taking import take_snapshot  # noqa: E402
from tokentray.settings.settings import Settings  # noqa: E402
from tokentray.share.demo_team import take_demo_team  # noqa: E402
from tokentray.share.team_view import TeamView  # noqa: E402
from tokentray.store.database import open_history  # noqa: E402
from tokentray.ui.look import apply_look  # noqa: E402
from tokentray.ui.pages.team_page import TeamPage  # noqa: E402
from tokentray.ui.popover import Popover  # noqa: E402
from tokentray.ui.quick_card import QuickCard  # noqa: E402
from tokentray.ui.window import Window  # noqa: E402


@dataclass(frozen=True)
class Moment:
    """All that the pictures show, taken at once."""

    snapshot: Snapshot
    journal: JournalView
    checkin: CheckInDraft
    proposal: Proposal
    team: TeamView


def main(folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as screen_folder:
        file_name = os.path.join(screen_folder, "screen.json")
        with open(file_name, "w", encoding="utf-8") as file:
            json.dump(SCREEN, file)
        app = QApplication([__file__, "-platform", f"offscreen:configfile={file_name}"])
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    settings = demo_settings(Settings(zone=ZONE))
    moment = made_up_moment(settings)
    for look in LOOKS:
        apply_look(app, look, text_scale=1.0)
        show_popover(app, moment.snapshot, os.path.join(folder, f"popover-{look}.png"))
        show_quick_card(app, moment.proposal, os.path.join(folder, f"quick-card-{look}.png"))
        show_window(app, moment, settings, folder, look)


def made_up_moment(settings: Settings) -> Moment:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_history(os.path.join(folder, "history.sqlite"), zone=ZONE) as history,
    ):
        make_demo(history, StoppedClock(NOW))
        choice = TrendChoice(date(2026, 10, 22), NOW.date(), Step.DAY, "project")
        return Moment(
            take_snapshot(history, settings, NOW, ZONE, choice, overview_days=90),
            take_journal(history, settings, NOW, ZONE, JournalChoice()),
            take_checkin(history, settings, NOW, ZONE),
            take_proposal(history, settings, NOW, ZONE),
            take_demo_team(history, settings, NOW, ZONE),
        )


def show_popover(app: QApplication, snapshot: Snapshot, path: str) -> None:
    popover = Popover()
    popover.show_snapshot(snapshot)
    popover.show()
    app.processEvents()
    if (focused := popover.focusWidget()) is not None:
        focused.clearFocus()
    keep(app, popover, path)
    popover.close()


def show_quick_card(app: QApplication, proposal: Proposal, path: str) -> None:
    quick_card = QuickCard()
    quick_card.show_proposal(
        proposal.session, proposal.card, proposal.completions, offered=proposal.sessions, zone=ZoneInfo(ZONE)
    )
    quick_card.show_at()
    keep(app, quick_card, path)
    quick_card.close()


def show_window(app: QApplication, moment: Moment, settings: Settings, folder: str, look: str) -> None:
    window = Window(settings, StoppedClock(NOW))
    window.show_snapshot(moment.snapshot)
    window.show_journal(moment.journal)
    window.show_checkin(moment.checkin)
    window.show_team(moment.team)
    window.resize(1180, 760)
    window.show()
    cards = {row.card.title: row.card.id for day in moment.journal.days for row in day.cards}
    for page in PAGES:
        window.show_page(page)
        if page == "journal":
            window.show_card(cards[OPEN_CARD])
        keep(app, window, os.path.join(folder, f"{page}-{look}.png"))
        if page == "team":
            show_team_parts(app, window, folder, look)
    window.close()


def show_team_parts(app: QApplication, window: Window, folder: str, look: str) -> None:
    page = window.findChild(TeamPage)
    for name, part in TEAM_PARTS.items():
        page.show_part(part)
        keep(app, window, os.path.join(folder, f"{name}-{look}.png"))


def keep(app: QApplication, widget: QWidget, path: str) -> None:
    widget.show()
    for _ in range(3):
        app.processEvents()
    if not widget.grab().save(path, "PNG", 0):  # 0: as small as it gets, without loss
        raise SystemExit(f"{path} could not be written")
    print(path)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "resources", "pictures"))
