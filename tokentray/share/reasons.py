"""Why a parcel is where it is: the words that the outbox keeps, and which of them leave its token free."""

from __future__ import annotations

from typing import Final

from tokentray.store.outbox_table import RESTORED, TRIED, Parcel

__all__ = ["RESTORED", "TRIED"]

NOT_OFFERED: Final = "the board does not offer its words any more"
REFUSALS: Final = {
    400: "the board could not open the envelope",
    401: "the board did not take the token",
    409: "this token was spent already with other content, or withdrawn",
    413: "the board found it too large",
    422: "the board did not understand it; perhaps one of the two programs is too old",
}
ELSEWHERE: Final = "from another device"
SINCE_BACKUP: Final = "before a backup was put back"
LAPSED: Final = "its week closed before"
PERHAPS: Final = "; it may have arrived"
# With these the board has nothing of it, so that its token can be used for something else.
UNSPENT: Final = frozenset((LAPSED, NOT_OFFERED, *(REFUSALS[status] for status in (400, 401, 413, 422))))


def is_free(held: Parcel) -> bool:
    """Whether a fragment's token can be used for something else: the board surely has nothing of it, or does not say that it has."""
    if held.state in ("lapsed", "refused"):
        return held.why in UNSPENT
    return held.state == "cancelled" and held.why != TRIED


def held_back_words(count: int) -> str:
    """The sentence for whoever puts a backup back."""
    parts = (
        "One part of your sharing that waited in it does"
        if count == 1
        else f"{count} parts of your sharing that waited in it do"
    )
    return f"{parts} not leave, since you may have taken it back or it may have left: share it again if it should."
