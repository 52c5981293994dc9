"""Where the own week stands in the published distribution of token use; worked out on this machine, and told to nobody."""

from __future__ import annotations

from collections.abc import Sequence

from tokentray.core.fragment import BANDS, Band, band_of_tokens
from tokentray.core.published import BANDED, FEWER, Published
from tokentray.core.published_words import Share, label_of, percent, shares
from tokentray.share.team_view import OwnPlace

GAUGE = "Each person sends at most two, one for each tool, and only who wants to: this is a gauge, and no target."


def own_place(week: str, tokens: int | None, published: Published | None) -> OwnPlace:
    """
    The own week's band beside the published `use` of that week, in words; `tokens` None where nothing is known of it.

    `published` None or of fewer than five people: there is nothing to compare with, which is said.
    """
    band = band_of_tokens(tokens or 0)
    own = f"Your week: {_amount(band)}." if tokens is not None else "No use of yours is known for this week."
    beside = _beside(band, published, known=tokens is not None)
    return OwnPlace(week, band, f"{own} {beside}", known=tokens is not None)


def _beside(band: Band, published: Published | None, *, known: bool) -> str:
    if published is None or published.size == FEWER:
        return "Fewer than five token uses were sent, so there is nothing to compare it with."
    rows = shares(published, BANDS, first=False)
    if not rows:
        return "Too few token uses were sent to say more."
    if not known:
        return GAUGE
    mine = next((row for row in rows if row.value == band), None)
    if published.size == BANDED:
        word = mine.text if mine else "few"
        return (
            f"Of what was sent, {word} lies in the same band; below 25 there are words only, where few may be nobody and most everybody, "
            f"so that nothing can be said of above and below. {GAUGE}"
        )
    return f"Of what was sent, {_parts(rows, band)}. The numbers carry noise. {GAUGE}"


def _parts(rows: Sequence[Share], band: Band) -> str:
    total = sum(row.n or 0 for row in rows)
    place = BANDS.index(band)
    below = sum(row.n or 0 for row in rows if BANDS.index(row.value) < place)
    same = sum(row.n or 0 for row in rows if row.value == band)
    above = total - below - same
    said = [f"{percent(same / total, total)} lies in the same band"]
    said += [f"{percent(below / total, total)} below it"] if place else []
    said += [f"{percent(above / total, total)} above it"] if place < len(BANDS) - 1 else []
    return ", ".join(said)


def _amount(band: Band) -> str:
    label = label_of(band)
    return "no tokens" if band == "0" else f"{label[:1].lower()}{label[1:]} tokens"
