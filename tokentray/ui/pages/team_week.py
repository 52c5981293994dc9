"""What of a week may leave: each part with its switch, its words and its bytes, before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import cast

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QToolButton, QVBoxLayout, QWidget

from tokentray.core.fragment import KINDS, Adoption, Effort, Fragment, Result, fragment_bytes
from tokentray.core.journal import Level
from tokentray.insights.checkin import days_of_week
from tokentray.settings.settings import Settings
from tokentray.share.fragments import adopted, sentence_of, used, went
from tokentray.share.team_view import ShareWish, TeamFacts, TeamView, WeekToShare
from tokentray.ui import wording
from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import FlowLayout, hung
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.look import look_of, pixels
from tokentray.ui.pages.sending_words import moment_text, stories_of
from tokentray.ui.pages.setting_rows import ChoiceBox
from tokentray.ui.pages.team_card import TeamCard
from tokentray.ui.pages.team_part import TeamPart
from tokentray.ui.pages.withdraw_question import ask_withdrawal
from tokentray.ui.segments import Segments


class TeamWeek(QWidget):
    """Nothing is on that nobody switched on. What was chosen or written stays until another week is shown."""

    share_wished = Signal(object)
    skip_wished = Signal(str, bool)
    withdraw_wished = Signal(object, bool)
    team_week_chosen = Signal(str)
    settings_changed = Signal(object, str)
    card_wished = Signal(str)
    undoable = Signal(str, object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._team: TeamFacts | None = None
        self._week: WeekToShare | None = None
        self._touched: set[str] = set()
        self.cards: dict[str, TeamCard] = {}
        self._make_chooser()
        self._make_words_parts()
        self._make_cards_part()
        self._make_deed()
        self.parts = {"c1": self.adoption_part, "c2": self.result_part, "use": self.use_part, "card": self.card_part}
        self._lay_out()
        self._connect()
        self._dress()

    # Shown

    def show_team(self, view: TeamView) -> None:
        """The chosen week as it is now."""
        self._team, week = view.team, view.week
        self._waiting.setVisible(week is None)
        self._content.setVisible(week is not None)
        if self._team is None or week is None:
            self._week = None
            return
        other = self._week is None or self._week.week != week.week
        self._week = week
        if other:
            self._begin_anew(self._team, week)
        self._show_chooser(self._team, week)
        self._show_proposals(self._team, week)
        self._show_cards(self._team, week)
        self._show_sendings(week)
        self._show_previews()
        self._show_deed(self._team, week)

    def show_settings(self, settings: Settings) -> None:
        self._settings = settings
        for card in self.cards.values():
            card.show_own_words(settings.private_words)
        if self._week is not None:
            self._show_sendings(self._week)
            self._show_problem("")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "after"):
            self._dress()

    # What is chosen

    def wish(self, *, at_once: bool = False) -> ShareWish:
        """What would leave now, as it is seen."""
        if self._week is None:
            raise LookupError("no week is shown")
        kinds = tuple(kind for kind in KINDS if self.parts[kind].is_chosen)
        return ShareWish(
            week=self._week.week,
            kinds=kinds,
            adoption=cast("Adoption | None", self.adoption.value()) if "c1" in kinds else None,
            function=str(self.function.currentData() or ""),
            outcome=cast("Result | None", self.outcome.value()) if "c2" in kinds else None,
            effort=cast("Effort | None", self.effort.value()) if "c2" in kinds else None,
            cards=tuple(card.wish() for card in self._ticked()) if "card" in kinds else (),
            at_once=at_once,
            remembered=tuple(kind for kind in KINDS if self.parts[kind].switch.isChecked()),
        )

    @property
    def problem(self) -> str:
        """Why nothing can be handed over as it is, "" if it can."""
        tr = self.tr
        if not any(part.is_chosen for part in self.parts.values()):
            return tr("Nothing is switched on yet. Switch on what may leave, or say “Not this week”.")
        if self.result_part.is_chosen and (self.outcome.value() is None or self.effort.value() is None):
            return tr("Say how the experiments went and what they took, or switch that part off.")
        ticked = self._ticked() if self.card_part.is_chosen else []
        if not ticked and not any(self.parts[kind].is_chosen for kind in ("c1", "c2")) and not self._bands():
            return (
                tr("No card is ticked yet. Tick those that may leave, or say “Not this week”.")
                if self.card_part.is_chosen
                else tr("No tokens are known of this week, so nothing would leave.")
            )
        if len(ticked) > self._room_for_cards() == 0:
            return tr("This week has room for no more cards; a card that was withdrawn keeps its place, too.")
        if len(ticked) > self._room_for_cards():
            words = tr("A week has room for {count} more: untick some, or share them in another week.")
            return words.format(count=wording.cards_text(self._room_for_cards()))
        troubled = next((card for card in ticked if card.problem), None)
        return f"“{troubled.title.text()}”: {troubled.problem}" if troubled is not None else ""

    # Made

    def _make_chooser(self) -> None:
        tr = self.tr
        self.before, self.after = QToolButton(), QToolButton()
        for button, words in ((self.before, tr("The week before")), (self.after, tr("The week after"))):
            button.setToolTip(words)
            button.setAccessibleName(words)
        self.title = text_label("", "strong", wrap=True)
        self.open_until = text_label("", "muted", wrap=True)

    def _make_words_parts(self) -> None:
        tr = self.tr
        self.adoption_part = TeamPart(
            tr("How often you used AI"), tr("Counts towards how many of the team use AI in a week.")
        )
        self.adoption = _choice(
            tr("How often you used AI"),
            [
                ("none", tr("Not at all")),
                ("tried", tr("On one day")),
                ("weekly", tr("On some days")),
                ("daily", tr("On most days")),
            ],
        )
        self.function = ChoiceBox([("", tr("Not said"))])
        self.function.setMinimumWidth(pixels(140))  # else the longest choice would widen the page
        self.function_line = _line(tr("Your function"), self.function)
        self.adoption_part.editor.addWidget(_line(tr("As you see it"), self.adoption))
        self.adoption_part.editor.addWidget(self.function_line)
        self.result_part = TeamPart(
            tr("How your experiments went"), tr("All of the week's together, with the time they took.")
        )
        self.outcome = _choice(
            tr("How it went"),
            [
                ("worked", tr("Worked")),
                ("mixed", tr("Partly")),
                ("failed", tr("Did not work")),
                ("unsure", tr("Unclear")),
            ],
        )
        self.effort = _choice(
            tr("What it took"),
            [
                ("lt1h", tr("Under 1 h")),
                ("1-4h", tr("1 to 4 h")),
                ("4-16h", tr("4 to 16 h")),
                ("gt16h", tr("Over 16 h")),
            ],
        )
        self.result_part.editor.addWidget(_line(tr("How it went"), self.outcome))
        self.result_part.editor.addWidget(_line(tr("What it took"), self.effort))
        self.use_part = TeamPart(
            tr("How many tokens, by tool"), tr("A rough band for the week, never a number; the two tools used most.")
        )

    def _make_cards_part(self) -> None:
        tr = self.tr
        self.card_part = TeamPart(
            tr("Cards"),
            tr("Single experiments for the team to read, those that did not work above all. You choose each."),
        )
        self._card_rows = QVBoxLayout()
        self._card_rows.setSpacing(4)
        self.card_part.editor.addLayout(hung(self._card_rows))
        self.no_cards = text_label("", "muted", wrap=True)
        self.private = text_label("", "muted", wrap=True)
        self.style_note = text_label(
            tr("Free text stays free text: in a team of eight, a colleague may recognise a style."), wrap=True
        )
        for words in (self.no_cards, self.style_note, self.private):
            self.card_part.editor.addWidget(words)

    def _make_deed(self) -> None:
        tr = self.tr
        self.deed = Card()
        self.deed.setAccessibleName(tr("Share or not"))
        self.promise = text_label("", "muted", wrap=True)
        self.share, self.skip = QPushButton(tr("Share this week")), QPushButton(tr("Not this week"))
        self.at_once = QPushButton(tr("Send now…"))
        self.at_once.setProperty("role", "link")
        self.after_all = QPushButton(tr("Share after all"))
        self.trouble = text_label("", "warn", wrap=True)
        self.how = text_label("", wrap=True)
        self.cost = QFrame()
        self.cost.setProperty("role", "notice")
        column = QVBoxLayout(self.cost)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(8)
        column.addWidget(
            text_label(
                tr(
                    "Sent now, all parts leave in one moment: whoever watches connections to the board can see that they came "
                    "from one person, and when. If you asked the board for something within the last ten minutes, such as what is new, it may "
                    "also be seen from where they came. At random times each comes alone."
                ),
                wrap=True,
            )
        )
        self.send_now, self.not_now = QPushButton(tr("Send all of it now")), QPushButton(tr("Leave it at random times"))
        column.addLayout(_flow(self.not_now, self.send_now))

    def _lay_out(self) -> None:
        self._waiting = text_label(self.tr("Your week is being read…"), "muted", wrap=True)
        self._content = QWidget()
        chooser = QWidget()
        line = FlowLayout(chooser, gap=8)
        choosers: tuple[QWidget, ...] = (self.before, self.title, self.after, self.open_until)
        for widget in choosers:
            line.addWidget(widget)
        for widget in (self.how, self.promise, self.trouble):
            self.deed.body.addWidget(widget)
        self.deed.body.addSpacing(6)
        self.deed.body.addLayout(_flow(self.share, self.skip, self.after_all, self.at_once))
        self.deed.body.addWidget(self.cost)
        self.cost.hide()
        self.trouble.hide()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        for widget in (chooser, *self.parts.values(), self.deed):
            column.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._waiting)
        outer.addWidget(self._content)
        # Equal choices have equal sizes.
        wider = max(self.share.sizeHint().width(), self.skip.sizeHint().width())
        for button in (self.share, self.skip):
            button.setMinimumWidth(wider)

    def _connect(self) -> None:
        self.before.clicked.connect(lambda: self._step(-1))
        self.after.clicked.connect(lambda: self._step(1))
        for part in self.parts.values():
            part.switched.connect(self._changed)
            part.withdraw_wished.connect(self._withdraw)
        for name, choice in (("adoption", self.adoption), ("outcome", self.outcome), ("effort", self.effort)):
            choice.chosen.connect(partial(self._touch, name))
        self.function.activated.connect(partial(self._touch, "function"))
        self.share.clicked.connect(lambda: self._share(at_once=False))
        self.skip.clicked.connect(self._skip)
        self.after_all.clicked.connect(self._unskip)
        self.at_once.clicked.connect(self._ask_now)
        self.not_now.clicked.connect(self._drop_now)
        self.send_now.clicked.connect(lambda: self._share(at_once=True))

    def _dress(self) -> None:
        look = look_of(self)
        for button, name in ((self.before, "back"), (self.after, "forward")):
            button.setIcon(glyph(name, look.muted, 16, can_be_disabled=True))
            button.setIconSize(glyph_size(16))

    # Showing

    def _begin_anew(self, team: TeamFacts, week: WeekToShare) -> None:
        self._touched.clear()
        self.function.clear()
        for value, text in (
            ("", self.tr("Not said")),
            *((one, wording.function_words(one)) for one in team.offered.functions),
        ):
            self.function.addItem(text, value)
        self.function_line.setVisible(bool(team.offered.functions))
        self.function.show_value(week.function if week.function in team.offered.functions else "")
        for kind, part in self.parts.items():
            part.show_switch(on=kind in week.kinds)
        self.cost.hide()
        self._show_problem("")

    def _show_chooser(self, team: TeamFacts, week: WeekToShare) -> None:
        self.title.setText(wording.week_title(*days_of_week(week.week)))
        self.before.setEnabled(self._beside(-1) is not None)
        self.after.setEnabled(self._beside(1) is not None)
        closes = moment_text(week.closes_at, self._settings.zone)
        if week.open:
            self.open_until.setText(self.tr("takes parts until {moment}").format(moment=closes))
        elif week.closes_at is not None:
            self.open_until.setText(self.tr("takes no parts any more; it closed on {moment}").format(moment=closes))
        else:
            self.open_until.setText(self.tr("is no week of this season"))

    def _show_proposals(self, team: TeamFacts, week: WeekToShare) -> None:
        """What the week says, where the person has said nothing else."""
        either = went(week.use, None, "lt1h"), went(week.use, "worked", None)
        proposed = {
            "adoption": adopted(week.use, team.offered).adoption,
            "outcome": either[0].outcome if either[0] else None,
            "effort": either[1].effort if either[1] else None,
        }
        for name, choice in (("adoption", self.adoption), ("outcome", self.outcome), ("effort", self.effort)):
            if name not in self._touched:
                choice.show_value(proposed[name])

    def _show_cards(self, team: TeamFacts, week: WeekToShare) -> None:
        for card_id in set(self.cards) - {card.id for card in week.shareable}:
            gone = self.cards.pop(card_id)
            gone.hide()
            gone.deleteLater()
        for card in week.shareable:
            if card.id in self.cards:
                self.cards[card.id].show_card(card)
                continue
            made = TeamCard(card, team.offered, self._settings.private_words)
            made.changed.connect(self._changed)
            made.word_given.connect(self._add_word)
            made.card_wished.connect(self.card_wished)
            self.cards[card.id] = made
            self._card_rows.addWidget(made)
        self.no_cards.setText(
            self.tr(
                "No card of this week is for the team or the company and says how it went. The Check-in raises them."
            )
        )
        self.no_cards.setVisible(not week.shareable)
        silent = sum(card.level is not Level.ME and card.outcome is None for card in week.use.cards)
        self.private.setText(self._private_words(week.private - silent, silent))
        self.private.setVisible(week.private > 0)

    def _show_sendings(self, week: WeekToShare) -> None:
        stories = stories_of(week.sendings)
        told_stories = [story for story in stories if story.holds_its_place]
        for kind, part in self.parts.items():
            # What did not arrive says why, while it can be chosen again.
            shown = [one for one in stories if one.put.kind == kind and (one.holds_its_place or one.put.why)]
            settled = any(story.put.kind == kind for story in told_stories) and kind != "card"
            part.show_sendings(shown, self._settings.zone, settled=settled, open_week=week.open)
            part.setVisible(bool(shown) or (week.open and not week.skipped))
        told = {story.put.card for story in told_stories if story.put.kind == "card" and story.withdrawal is None}
        for card_id, card in self.cards.items():
            card.setVisible(card_id not in told)
            if card_id in told:
                card.untick()

    def _show_previews(self) -> None:
        """What each part says now, with its bytes."""
        if self._team is None or self._week is None:
            return
        use, offered = self._week.use, self._team.offered
        said = self.adoption.value()
        first = adopted(use, offered, cast("Adoption | None", said), str(self.function.currentData() or ""))
        _preview(self.adoption_part, (first,), "")
        second = went(use, cast("Result | None", self.outcome.value()), cast("Effort | None", self.effort.value()))
        _preview(
            self.result_part,
            () if second is None else (second,),
            self.tr("Nothing yet: the week's cards do not say how it went and what it took."),
        )
        bands = used(use, offered, dict(self._team.per_week).get("use", 2))
        _preview(self.use_part, bands, self.tr("Nothing: no tokens are known of this week."))
        offer = self.tr("{cards} of this week could be chosen.").format(cards=wording.cards_text(len(self.cards)))
        self.card_part.preview.show_words("" if self.card_part.switch.isChecked() else offer, "")
        self.card_part.arrange()
        self.style_note.setVisible(bool(self._ticked()))

    def _show_deed(self, team: TeamFacts, week: WeekToShare) -> None:
        left_to_share = week.open and any(not part.settled for part in self.parts.values())
        self.promise.setText(team.promise)
        self.deed.setVisible(week.open)
        self.share.setVisible(left_to_share and not week.skipped)
        self.at_once.setVisible(left_to_share and not week.skipped)
        self.skip.setVisible(not week.skipped)
        self.after_all.setVisible(week.skipped)
        self.promise.setVisible(not week.skipped)
        if week.skipped:
            self.cost.hide()
            self._show_problem("")
        self.how.setText(
            self.tr("You said “not this week”: nothing more of it leaves. Other weeks are not touched.")
            if week.skipped
            else self.tr(
                "Each part leaves by itself, at a random working hour within six days, while this machine is awake. What does not get "
                "out before the week closes stays here."
            )
        )

    def _show_problem(self, words: str) -> None:
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))
        self.share.setAccessibleDescription(words)

    def _private_words(self, alone: int, silent: int) -> str:
        tr, words = self.tr, []
        if alone == 1:
            words.append(tr("One card of this week is for you alone and is not offered; only you can raise it."))
        elif alone:
            many = tr("{count} cards of this week are for you alone and are not offered; only you can raise them.")
            words.append(many.format(count=alone))
        if silent:
            of_them = tr("Not offered either, because they do not say yet how it went: {cards}.")
            words.append(of_them.format(cards=wording.cards_text(silent)))
        return " ".join(words)

    # Wishes

    def _touch(self, name: str, value: object = None) -> None:
        self._touched.add(name)
        self._changed()

    def _changed(self, on: object = None) -> None:
        self._show_previews()
        if not self.trouble.isHidden():
            self._show_problem(self.problem)

    def _share(self, *, at_once: bool) -> None:
        problem = self.problem
        self._show_problem(problem)
        if not problem:
            self.cost.hide()
            self.share_wished.emit(self.wish(at_once=at_once))

    def _ask_now(self) -> None:
        self._show_problem(self.problem)
        self.cost.setVisible(not self.problem)
        if not self.problem:
            self.not_now.setFocus()

    def _drop_now(self) -> None:
        self.share.setFocus()
        self.cost.hide()

    def _skip(self) -> None:
        if self._week is None:
            return
        week = self._week.week
        self.skip_wished.emit(week, True)
        said = self.tr("Nothing more of {week} leaves.").format(week=self.title.text())
        self.undoable.emit(said, partial(self.skip_wished.emit, week, False))

    def _unskip(self) -> None:
        if self._week is not None:
            self.skip_wished.emit(self._week.week, False)

    def _withdraw(self, number: int) -> None:
        chosen = tuple(one for one in self._week.sendings if one.number == number) if self._week is not None else ()
        ask_withdrawal(self, chosen, lambda now: self.withdraw_wished.emit((number,), now))

    def _add_word(self, word: str) -> None:
        held = self._settings.private_words
        if word.casefold() in {one.casefold() for one in held}:
            return
        self._settings = replace(self._settings, private_words=(*held, word))
        for card in self.cards.values():
            card.show_own_words(self._settings.private_words)
        self.settings_changed.emit(self._settings, self.tr("“{word}” is on your own list.").format(word=word))

    def _step(self, way: int) -> None:
        beside = self._beside(way)
        if beside is not None:
            self.team_week_chosen.emit(beside)

    # What is known

    def _beside(self, way: int) -> str | None:
        """The open week before or after the shown one."""
        if self._team is None or self._week is None:
            return None
        shown = self._week.week
        if way < 0:
            return max((week for week in self._team.open_weeks if week < shown), default=None)
        return min((week for week in self._team.open_weeks if week > shown), default=None)

    def _bands(self) -> bool:
        """Whether tokens by tool are chosen, and known."""
        return self.use_part.is_chosen and bool(self.use_part.preview.inside.text.text())

    def _ticked(self) -> list[TeamCard]:
        return [card for card in self.cards.values() if card.is_ticked]

    def _room_for_cards(self) -> int:
        if self._team is None or self._week is None:
            return 0
        taken = sum(story.put.kind == "card" and story.holds_its_place for story in stories_of(self._week.sendings))
        return max(dict(self._team.per_week).get("card", 0) - taken, 0)


def _preview(part: TeamPart, fragments: tuple[Fragment, ...], nothing: str) -> None:
    words = "\n".join(sentence_of(one) for one in fragments) or nothing
    inside = "\n".join(fragment_bytes(one).decode() for one in fragments)
    note = part.tr("Sealed in an envelope of 8 KiB, as everything that anybody sends.")
    if len(fragments) > 1:
        note = part.tr("Each line leaves by itself, sealed in an envelope of 8 KiB, as everything that anybody sends.")
    part.preview.show_words(words, inside, note)
    part.arrange()


def _choice(name: str, choices: list[tuple[object, str]]) -> Segments:
    return Segments(name, choices, wraps=True)


def _line(words: str, control: QWidget) -> QWidget:
    """Words above their control."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    column.addWidget(text_label(words, "muted", wrap=True))
    column.addLayout(_flow(control))
    control.setAccessibleName(words)
    return made


def _flow(*widgets: QWidget) -> FlowLayout:
    made = FlowLayout(gap=8)
    for widget in widgets:
        made.addWidget(widget)
    return made
