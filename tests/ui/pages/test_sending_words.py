"""What became of a fragment is said with its correction and its withdrawal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.sharing_views import sending, withdrawal
from tests.ui.snapshots import NOW
from tokentray.ui.pages.sending_words import Story, state_glyph, state_words, stories_of

ZONE = "Europe/Berlin"
GONE = replace(sending(1, state="sent"), can_withdraw=False)
LEFT = "Left on Sat, 21 Nov 2026, 7:10\u202fPM."
CORRECTION = sending(
    2, state="waiting", op="replace", words="A correction: Somebody had this week: no use of AI.", can_withdraw=False
)


@pytest.mark.parametrize(
    ("story", "words", "glyph"),
    [
        (
            Story(sending(1)),
            "Leaves at a random time, on Tue, 24 Nov 2026 at the latest if this machine is awake then.",
            "waiting",
        ),
        (
            Story(sending(1, why="It may have arrived; it is sent again as it was.")),
            "It may have arrived; to be sure it is sent again, on Tue, 24 Nov 2026 at the latest.",
            "waiting",
        ),
        (Story(sending(1, state="sent")), f"{LEFT} Not checked with the public list yet.", "ok"),
        (Story(sending(1, state="sent", seen_at=NOW)), f"{LEFT} The public list has it.", "ok"),
        (Story(sending(1, state="cancelled")), "Taken back before it left.", "refused"),
        (
            Story(sending(1, state="lapsed", why="its week is closed")),
            "It did not leave: its week is closed.",
            "warning",
        ),
        (
            Story(sending(1, state="refused", why="the board did not take the token")),
            "The board did not take it: the board did not take the token.",
            "warning",
        ),
        (
            Story(GONE, withdrawal=withdrawal(2)),
            f"{LEFT} Its withdrawal leaves at a random time, by Tue, 24 Nov 2026, 9:10\u202fPM at the latest.",
            "waiting",
        ),
        (
            Story(GONE, withdrawal=withdrawal(2, state="sent", seen_at=NOW)),
            f"{LEFT} Withdrawn on Sat, 21 Nov 2026, 7:10\u202fPM. It is gone from the public list.",
            "refused",
        ),
        (
            Story(GONE, withdrawal=withdrawal(2, state="sent")),
            f"{LEFT} Withdrawn on Sat, 21 Nov 2026, 7:10\u202fPM. Check with the public list that it is gone.",
            "refused",
        ),
        (
            Story(sending(1, state="sent", seen_at=NOW), CORRECTION),
            f"{LEFT} The public list has it.\nA correction: Somebody had this week: no use of AI. "
            "Leaves at a random time, on Tue, 24 Nov 2026 at the latest if this machine is awake then.",
            "waiting",
        ),
    ],
)
def test_the_state_in_words(story: Story, words: str, glyph: str) -> None:
    assert state_words(story, ZONE) == words
    assert state_glyph(story) == glyph


def test_a_withdrawal_belongs_to_its_fragment_and_the_newest_stands_first() -> None:
    other = sending(3, "card", "sent", card="b")
    gone = replace(sending(1, "card", "sent", card="a"), can_withdraw=False)
    back = withdrawal(4, "card", "sent", card="a")
    assert stories_of((back, gone, other)) == [Story(other), Story(gone, withdrawal=back)]


def test_a_correction_of_one_tool_belongs_to_that_tool() -> None:
    one = sending(1, "use", "sent", bytes_inside='{"kind":"use","tokens":"<1M","tool":"codex","v":1}')
    two = sending(2, "use", "sent", bytes_inside='{"kind":"use","tokens":"<1M","tool":"openai","v":1}')
    later = sending(3, "use", op="replace", bytes_inside='{"kind":"use","tokens":"<10M","tool":"openai","v":1}')
    assert stories_of((one, two, later)) == [Story(two, later), Story(one)]
    assert Story(two, later).bytes_inside == f"{two.bytes_inside}\n{later.bytes_inside}"


def test_a_withdrawal_that_was_taken_back_is_none() -> None:
    put = sending(1, state="sent")
    assert stories_of((put, withdrawal(2, state="cancelled"))) == [Story(put)]


def test_only_what_surely_did_not_arrive_gives_its_place_free() -> None:
    assert not Story(sending(1, state="cancelled", spent=False)).holds_its_place
    assert not Story(sending(1, state="refused", why="the board did not take the token", spent=False)).holds_its_place
    assert not Story(sending(1, state="lapsed", why="its week closed before", spent=False)).holds_its_place
    assert Story(sending(1, state="cancelled", why="It may have arrived.")).holds_its_place
    assert Story(sending(1, state="refused", why="this token was spent already")).holds_its_place
    assert Story(sending(1)).holds_its_place
    assert Story(GONE, withdrawal=withdrawal(2, state="sent")).holds_its_place


def test_what_was_sent_from_here_is_corrected_once_and_never_a_card() -> None:
    assert Story(sending(1, state="sent")).can_be_corrected
    assert not Story(sending(1)).can_be_corrected
    assert not Story(sending(1, state="sent", bytes_inside="")).can_be_corrected
    assert not Story(sending(1, "card", "sent")).can_be_corrected
    assert not Story(sending(1, state="sent"), CORRECTION).can_be_corrected
    assert not Story(GONE, withdrawal=withdrawal(2)).can_be_corrected
