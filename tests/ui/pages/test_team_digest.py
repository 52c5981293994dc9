"""The digest is written when it is asked for, holds own cards only under a name, and is seen whole before it is posted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea
from pytestqt.qtbot import QtBot

from tests.ui.sharing_views import CONTRACT, FACTS, PARSER
from tests.ui.snapshots import LONG, NOW
from tests.ui.team_views import BANDED, COUNTED, team
from tokentray.core.digest import MOST_CARDS
from tokentray.core.journal import Card
from tokentray.settings.settings import Settings
from tokentray.share.team_view import DigestWish, TeamView
from tokentray.ui.look import apply_look
from tokentray.ui.pages.post_dialog import PostDialog
from tokentray.ui.pages.team_digest import TeamDigest

TEXT = "# Week 45\n\n**About 65 % of the check-ins used AI weekly or daily.**\n"
PLAIN = replace(CONTRACT, title="Translating a template")


@pytest.fixture
def digest(qtbot: QtBot) -> TeamDigest:
    digest = TeamDigest()
    qtbot.addWidget(digest)
    digest.resize(935, 900)
    digest.show_team(team())
    digest.show()
    digest.activateWindow()
    qtbot.waitUntil(digest.isActiveWindow)
    return digest


@pytest.fixture
def wishes(digest: TeamDigest) -> list[DigestWish]:
    wishes: list[DigestWish] = []
    digest.digest_wished.connect(wishes.append)
    return wishes


def with_cards(cards: tuple[Card, ...], **changes: object) -> TeamView:
    """The same weeks, with other own cards in the newest."""
    return team(published=(replace(COUNTED, cards=cards), BANDED), **changes)


def written(digest: TeamDigest, text: str = TEXT) -> None:
    digest.write.click()
    digest.show_digest(text)


def posted(digest: TeamDigest, service: str = "slack") -> PostDialog:
    digest.posts[service].click()
    assert digest.dialog is not None
    return digest.dialog


def test_nothing_is_written_before_it_is_asked_for(digest: TeamDigest, wishes: list[DigestWish], qtbot: QtBot) -> None:
    digest.show_team(team(asked_at=NOW))
    qtbot.wait(0)
    assert wishes == []
    assert not digest.own.isVisible()
    digest.write.click()
    assert wishes == [DigestWish("2026-W45")]
    assert digest.state.text() == "It is being written…"
    assert not digest.copy.isEnabled()


def test_it_stands_there_to_be_read_and_copied(digest: TeamDigest, qtbot: QtBot) -> None:
    written(digest)
    assert "About 65 %" in digest.preview.toPlainText()
    assert digest.state.text() == ""
    with qtbot.waitSignal(digest.told):
        digest.copy.click()
    assert QGuiApplication.clipboard().text() == TEXT


def test_it_is_saved_as_it_is_copied(digest: TeamDigest, tmp_path: Path, qtbot: QtBot) -> None:
    written(digest)
    with qtbot.waitSignal(digest.told) as told:
        digest._save(str(tmp_path / "digest.md"))
    assert told.args == [f"Saved as {tmp_path / 'digest.md'}."]
    assert (tmp_path / "digest.md").read_text(encoding="utf-8") == TEXT


def test_another_week_is_written_anew(digest: TeamDigest, wishes: list[DigestWish], qtbot: QtBot) -> None:
    written(digest)
    digest.week.setCurrentIndex(1)
    digest.week.activated.emit(1)
    assert not digest.copy.isEnabled(), "what stands there is of another week"
    qtbot.waitUntil(lambda: len(wishes) == 2)
    assert wishes[-1] == DigestWish(BANDED.week)


def test_own_cards_need_a_name_and_are_told_not_to_be_anonymous(
    digest: TeamDigest, wishes: list[DigestWish], qtbot: QtBot
) -> None:
    written(digest)
    assert digest.warning.isHidden()
    digest.ticks[PARSER.id].box.setChecked(True)
    assert "This part is not anonymous." in digest.warning.text()
    assert (
        "A card that you also shared through the board has your name there, too, from then on" in digest.warning.text()
    )
    assert not digest.warning.isHidden()
    assert digest.state.text() == "Your cards need your name beside them; or take them out again."
    assert not digest.posts["slack"].isEnabled()
    qtbot.keyClicks(digest.name, "Ada")
    qtbot.waitUntil(lambda: len(wishes) == 2)
    assert wishes[-1] == DigestWish("2026-W45", (PARSER.id,), "Ada")


def test_a_name_alone_is_not_told(digest: TeamDigest, wishes: list[DigestWish]) -> None:
    digest.name.setText("Ada")
    digest.write.click()
    assert wishes == [DigestWish("2026-W45")]


def test_only_cards_for_team_or_company_are_offered(digest: TeamDigest) -> None:
    assert set(digest.ticks) == {PARSER.id, CONTRACT.id}
    digest.show_team(with_cards(()))
    assert digest.ticks == {}
    assert "What is for you alone cannot be added here." in digest.no_cards.text()


def test_the_cards_are_those_of_the_digests_week(digest: TeamDigest, wishes: list[DigestWish], qtbot: QtBot) -> None:
    digest.show_team(team(published=(COUNTED, replace(BANDED, cards=(PLAIN,)))))
    digest.name.setText("Ada")
    written(digest)
    digest.ticks[PARSER.id].box.setChecked(True)
    digest.week.setCurrentIndex(1)
    digest.week.activated.emit(1)
    assert list(digest.ticks) == [PLAIN.id]
    qtbot.waitUntil(lambda: len(wishes) == 2)
    assert wishes[-1] == DigestWish(BANDED.week), "what was ticked of another week is not taken along"


def test_there_is_a_most_of_cards(digest: TeamDigest, wishes: list[DigestWish]) -> None:
    cards = tuple(replace(PLAIN, id=f"{number:012x}") for number in range(MOST_CARDS + 1))
    digest.show_team(with_cards(cards))
    digest.name.setText("Ada")
    written(digest)
    for tick in digest.ticks.values():
        tick.box.setChecked(True)
    assert digest.state.text() == f"A digest takes {MOST_CARDS} cards at most."
    assert not digest.copy.isEnabled()


def test_what_is_typed_and_ticked_stays_when_a_view_comes(digest: TeamDigest, qtbot: QtBot) -> None:
    written(digest)
    digest.ticks[CONTRACT.id].box.setChecked(True)
    digest.name.setFocus()
    qtbot.keyClicks(digest.name, "Ad")
    digest.show_team(team(asked_at=NOW, published=(replace(COUNTED, week="2026-W46"), COUNTED, BANDED)))
    assert digest.name.text() == "Ad"
    assert digest.name.hasFocus()
    assert digest.ticks[CONTRACT.id].isChecked()
    assert digest.week.currentData() == "2026-W45"


def test_words_on_a_tick_tick_it(digest: TeamDigest, qtbot: QtBot) -> None:
    written(digest)
    tick = digest.ticks[CONTRACT.id]
    qtbot.waitUntil(tick.isVisible)
    qtbot.mouseClick(tick.words, Qt.MouseButton.LeftButton)
    assert tick.isChecked()
    assert tick.box.accessibleName() == "Let an agent translate the contract template · Did not work"


def test_choices_made_while_it_is_written_are_written_next(digest: TeamDigest, wishes: list[DigestWish]) -> None:
    digest.write.click()
    digest.week.setCurrentIndex(1)
    digest.week.activated.emit(1)
    assert len(wishes) == 1
    digest.show_digest(TEXT)
    assert wishes[-1] == DigestWish(BANDED.week)
    assert not digest.posts["slack"].isEnabled()
    digest.show_digest("# Week 44\n")
    assert digest.posts["slack"].isEnabled()
    assert digest.text == "# Week 44\n"


def test_a_digest_that_fails_can_be_wished_again(digest: TeamDigest, wishes: list[DigestWish], qtbot: QtBot) -> None:
    digest.write.click()
    digest.show_work("Writing the digest")
    digest.show_work("")
    qtbot.waitUntil(digest.again.isVisible)
    assert digest.state.text() == "It could not be written."
    digest.again.click()
    assert wishes == [DigestWish("2026-W45")] * 2
    digest.show_digest(TEXT)
    assert digest.copy.isEnabled()


def test_telling_words_in_own_cards_are_pointed_out(digest: TeamDigest) -> None:
    digest.show_settings(Settings(private_words=("forty pages",)))
    written(digest)
    digest.name.setText("Jo")
    digest.ticks[PARSER.id].box.setChecked(True)
    digest.ticks[CONTRACT.id].box.setChecked(True)
    found = digest.found.text()
    assert "“jo@example.org”" in found
    assert "a ticket's number tells who worked on it" in found
    assert "“forty pages”" in found


def test_posting_shows_the_very_words_and_asks_for_the_address_once(
    digest: TeamDigest, wishes: list[DigestWish], qtbot: QtBot
) -> None:
    given: list[tuple[str, str]] = []
    digest.webhook_given.connect(lambda service, url: given.append((service, url)))
    written(digest)
    dialog = posted(digest)
    assert dialog.text.toPlainText() == TEXT
    assert dialog.address.echoMode() == QLineEdit.EchoMode.Password
    assert not dialog.post.isEnabled()
    qtbot.keyClicks(dialog.address, "http://hooks.example.org/x")
    assert dialog.problem.text() == "It begins with https://."
    assert not dialog.post.isEnabled()
    dialog.address.setText("https://hooks.example.org/T0/secret")
    dialog.post.click()
    assert given == [("slack", "https://hooks.example.org/T0/secret")]
    assert wishes[-1] == DigestWish("2026-W45", post_to="slack")
    assert dialog.address.text() == ""


def test_a_kept_address_is_not_asked_for_again_and_can_be_forgotten(
    digest: TeamDigest, wishes: list[DigestWish], qtbot: QtBot
) -> None:
    digest.show_team(team(team=replace(FACTS, webhooks=("teams",))))
    written(digest)
    dialog = posted(digest, "teams")
    assert not dialog.address.isVisible()
    dialog.post.click()
    assert wishes[-1] == DigestWish("2026-W45", post_to="teams")
    digest.show_digest(TEXT)
    dialog = posted(digest, "teams")
    with qtbot.waitSignal(digest.webhook_given) as given:
        dialog.forget.click()
    assert given.args == ["teams", ""]
    assert len(wishes) == 2


def test_telling_words_are_posted_only_when_the_person_says_so(
    digest: TeamDigest, wishes: list[DigestWish], qtbot: QtBot
) -> None:
    digest.show_team(team(team=replace(FACTS, webhooks=("slack",))))
    digest.name.setText("Ada")
    digest.ticks[PARSER.id].box.setChecked(True)
    written(digest)
    dialog = posted(digest)
    assert not dialog.post.isEnabled()
    dialog.as_it_is.click()
    dialog.post.click()
    assert wishes[-1] == DigestWish("2026-W45", (PARSER.id,), "Ada", "slack", as_it_is=True)


def test_without_telling_words_there_is_nothing_to_confirm(
    digest: TeamDigest, wishes: list[DigestWish], qtbot: QtBot
) -> None:
    digest.show_team(with_cards((PLAIN,), team=replace(FACTS, webhooks=("slack",))))
    digest.name.setText("Ada")
    digest.ticks[PLAIN.id].box.setChecked(True)
    written(digest)
    dialog = posted(digest)
    assert not dialog.as_it_is.isVisible()
    dialog.post.click()
    assert wishes[-1] == DigestWish("2026-W45", (PLAIN.id,), "Ada", "slack")


def test_cancelling_posts_nothing(digest: TeamDigest, wishes: list[DigestWish]) -> None:
    written(digest)
    dialog = posted(digest)
    dialog.address.setText("https://hooks.example.org/x")
    dialog.cancel.click()
    assert wishes == [DigestWish("2026-W45")]


def test_a_posts_answer_leaves_the_preview_as_it_was(digest: TeamDigest) -> None:
    digest.show_team(team(team=replace(FACTS, webhooks=("slack",))))
    written(digest)
    posted(digest).post.click()
    digest.show_digest('{"blocks": []}')
    assert digest.text == TEXT
    assert digest.copy.isEnabled()


def test_without_a_published_week_there_is_none(digest: TeamDigest) -> None:
    digest.show_team(team(published=()))
    assert digest.explanation.text() == "A digest is made of a published week, and there is none yet."
    assert not digest.write.isVisible()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_is_wider_than_a_narrow_window(qtbot: QtBot, app: QApplication, scale: float) -> None:
    apply_look(app, "light", text_scale=scale)
    digest, area = TeamDigest(), QScrollArea()
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    area.setWidget(digest)
    area.resize(640, 600)
    long = replace(PARSER, title=f"{LONG} {LONG}", tried=f"{LONG}@{LONG}.de")
    digest.show_team(with_cards((long,)))
    area.show()
    written(digest, f"# {LONG}\n\n{LONG} {LONG}\n")
    digest.ticks[long.id].box.setChecked(True)
    qtbot.waitExposed(area)
    assert digest.minimumSizeHint().width() <= 620
