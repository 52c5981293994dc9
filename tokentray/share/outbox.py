"""When what was chosen leaves: at random times that restarts, sleep and weeks without a network do not bend together."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Final

import msgspec

from tokentray.core.board_crypto import circle_of, nonce_of, sealed_card, sealed_envelope
from tokentray.core.errors import BoardRefused, FragmentRefused, SourceError
from tokentray.core.fragment import (
    CARD_SIZES,
    Adopted,
    Fragment,
    Told,
    Used,
    Vocabulary,
    Went,
    fragment_bytes,
    kind_of,
    parse_fragment,
)
from tokentray.core.journal import Card
from tokentray.share.board_client import BoardClient, Note
from tokentray.share.fragments import card_text, sentence_of, told
from tokentray.share.reasons import (
    ELSEWHERE,
    LAPSED,
    NOT_OFFERED,
    PERHAPS,
    REFUSALS,
    RESTORED,
    SINCE_BACKUP,
    TRIED,
    is_free,
)
from tokentray.share.team import MARGIN, Team, closes_at, holds_against_operator, is_open, kept_weeks, opens_at
from tokentray.share.timing import Later, first_time, planned_anew, take_turn, withdrawal_time
from tokentray.share.tokens import Secrets, secret_for
from tokentray.store.database import History, transaction
from tokentray.store.outbox_table import (
    Parcel,
    all_parcels,
    due_parcels,
    last_departure_to,
    mark_seen,
    note_answer,
    note_departure,
    places_of,
    plan_parcel,
    queue_parcel,
    set_team,
    settle_parcel,
    skip_week,
    team_of,
    token_of,
)

STAND_IN: Final = (
    "A stand-in, which is deleted at once: it spends the token of a fragment of {} ({}) that the board did not know, so that it cannot "
    "arrive later."
)
SPENT: Final = (200, 201, 409)
NO_BOARD: Final = "there is no board behind that address now"
GOOD: Final = {"put": (200, 201), "replace": (200,), "delete": (200, 204, 404)}
# For that long after a question to the board itself nothing leaves by way of its relay: next to the question it could be told whose it is.
QUIET: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a parcel in one pass: `state` as in Parcel, or "later" with `why` it could not be sent now."""

    parcel: Parcel
    state: str
    why: str


def noted(history: History, now: Callable[[], datetime]) -> Note:
    """Keeps everything in the history's log before it leaves."""

    def note(method: str, url: str, words: str, inside: bytes, body: bytes) -> Callable[[int], None]:
        with transaction(history):
            number = note_departure(history, now(), method, url, words, inside, body)

        def answered(status: int) -> None:
            with transaction(history):
                note_answer(history, number, status)

        return answered

    return note


def queue_fragment(
    history: History, team: Team, week: str, fragment: Fragment, now: datetime, *, at_once: bool = False
) -> Parcel:
    """
    Plans a fragment at a random time; one of its kind that has not left yet gives its place to it, and one that was sent is corrected.

    A fragment is corrected once: whoever kept the envelopes of two corrections could bring back the first. What was sent with the same
    content is given back as it is.

    Raises:
        BoardRefused: the week is not open, its tokens of that kind are used up, or it was corrected before; the message is for a person.
    """
    with transaction(history):
        held = _sent(history, week, fragment)
        if held is not None and is_open(team, week, now):
            return _corrected(history, team, held, fragment, now, at_once)
        place = _place(history, team, week, kind_of(fragment), now, fragment)
        return _queue(history, team, week, place, fragment, None, now, at_once)


def queue_card(
    history: History,
    team: Team,
    secrets: Secrets,
    week: str,
    card: Card,
    texts: dict[str, str],
    category: str,
    now: datetime,
    *,
    at_once: bool = False,
) -> Parcel:
    """
    Plans a card with these texts (as the person saw them in the preview), encrypted for the team.

    Raises:
        BoardRefused: as `queue_fragment`.
        FragmentRefused: the card may not leave; the message is for a person.
    """
    with transaction(history):
        place = _place(history, team, week, "card", now, None, card.id)
        token = _token(history, week, "card", place)
        ct = sealed_card(card_text(texts), secrets.team_key, token[2:34], team.season_of(week).board, week)
        fragment = told(card, category, circle_of(secrets.team_key), b64encode(ct).decode())
        return _queue(history, team, week, place, fragment, card.id, now, at_once)


def withdraw(history: History, team: Team, parcel: Parcel, now: datetime, *, at_once: bool = False) -> str:
    """
    Takes a fragment back: "cancelled" if no byte of it has left yet, else "planned": its deletion waits for a random time within hours.

    After its week was closed it is deleted, too, but what was published of that week stays as it is.
    """
    with transaction(history):
        for other in all_parcels(history):
            if (other.op, other.state, *_token_of(other)) == ("replace", "waiting", *_token_of(parcel)):
                settle_parcel(history, other.number, "cancelled", other.why, now)
        if parcel.state == "waiting" and parcel.why != TRIED:
            settle_parcel(history, parcel.number, "cancelled", "", now)
            return "cancelled"
        if parcel.state == "waiting":
            settle_parcel(history, parcel.number, "cancelled", TRIED, now)
        planned = now if at_once else withdrawal_time(now)
        queue_parcel(history, "delete", parcel.week, parcel.kind, parcel.place, b"", parcel.card, planned)
    return "planned"


def skip(history: History, week: str, now: datetime) -> None:
    """Not this week: what still waits for it is cancelled."""
    with transaction(history):
        for parcel in all_parcels(history):
            if parcel.week == week and parcel.op != "delete" and parcel.state == "waiting" and parcel.why != TRIED:
                settle_parcel(history, parcel.number, "cancelled", "", now)
        skip_week(history, week)


def send_due(
    history: History,
    team: Team,
    secrets: Callable[[], Secrets],
    client: BoardClient,
    now: datetime,
    *,
    everything: bool = False,
    chosen: Collection[int] | None = None,
) -> list[Sent]:
    """
    One pass: sends the one parcel whose time has come; `everything`: all that wait for a time up to now, in random order. `chosen`: these
    numbers, of which a person knows that they leave together, and no others.

    What was slept over, and what would leave together with another, is planned anew. `secrets` is asked for corrections and deletions only.
    """
    parcels = _lapsed(history, team, now)
    due = due_parcels(history, now)
    if chosen is not None:
        leaving = [parcel for parcel in due if parcel.number in chosen]
        later = [planned_anew(parcel, now, _latest(team, parcel.week)) for parcel in due if parcel.number not in chosen]
    else:
        leaving, later = take_turn(due, now, lambda parcel: _latest(team, parcel.week))
    if everything:
        leaving, later = [*leaving, *(one.parcel for one in later)], []
    _plan(history, later)
    return parcels + [_send(history, team, secrets, client, parcel, now) for parcel in leaving]


def was_asked_lately(history: History, team: Team, now: datetime) -> bool:
    """Whether the board itself has seen this address just now, while what leaves goes through a relay so that it does not."""
    if not holds_against_operator(team.board, team.newest):
        return False
    asked_at = last_departure_to(history, f"{team.board}/")
    return asked_at is not None and timedelta() <= now - asked_at < QUIET


def put_off(history: History, team: Team, now: datetime) -> list[Sent]:
    """
    Plans anew whatever has its time; gives what can leave no more.

    For a pass in which something else was said to the board or its relay, next to which it could be told whose it is.
    """
    lapsed = _lapsed(history, team, now)
    due = due_parcels(history, now)
    _plan(history, [planned_anew(parcel, now, _latest(team, parcel.week)) for parcel in due])
    return lapsed


def verify(history: History, team: Team, client: BoardClient, now: datetime) -> list[tuple[Parcel, bool]]:
    """
    What was sent, with whether the public lists say that it is there (a fragment) or gone (a deletion).

    The lists of all weeks that the board still keeps are asked for, closed ones too, whichever of them hold something of one's own.
    """
    lists = {week: client.nonces(week) for week in kept_weeks(team, now)}
    parcels = [parcel for parcel in all_parcels(history) if parcel.state == "sent" and parcel.week in lists]
    gone = {_token_of(parcel) for parcel in parcels if parcel.op == "delete"}
    found = []
    for parcel in parcels:
        if parcel.op == "replace" or (parcel.op == "put" and _token_of(parcel) in gone):
            continue
        token = token_of(history, parcel.week, parcel.kind, parcel.place)
        if token is None:  # of a week that was closed before this device joined
            continue
        confirmed = (token[2:10].hex() in lists[parcel.week]) == (parcel.op == "put")
        if confirmed:
            with transaction(history):
                mark_seen(history, parcel.number, now)
        found.append((parcel, confirmed))
    return found


def note_spent(
    history: History, team: Team, client: BoardClient, now: datetime, code: bytes | None, why: str = ELSEWHERE
) -> int:
    """
    Marks what this person has sent already, from another device or before a backup was put back (`why`), so that its tokens are not tried
    again and it can be withdrawn from here.

    Gives how many that are. The recovery code `code` tells them apart also in closed weeks, of which a device that joined later has no
    tokens; None where the tokens do.
    """
    known = {_token_of(parcel) for parcel in all_parcels(history) if parcel.why != RESTORED}
    spent = 0
    for week in kept_weeks(team, now):
        live = client.nonces(week)
        for kind, count in team.season_of(week).kinds.items():
            for place in range(count):
                token = (week, kind, place)
                if token not in known and _nonce(history, team, code, token)[:8].hex() in live:
                    spent += 1
                    with transaction(history):
                        queue_parcel(history, "put", *token, b"", _card_of(history, token), now)
                        settle_parcel(history, _parcel_of(history, "put", token).number, "sent", why, now)
    return spent


def recall(history: History, team: Team, client: BoardClient, now: datetime) -> int:
    """
    After a backup was put back: marks what has left since it was made, as the public lists say; gives how many that are.

    Once. It asks the board, and nothing at all where no backup was put back.
    """
    if not team_of(history).get("restored"):
        return 0
    spent = note_spent(history, team, client, now, None, SINCE_BACKUP)
    with transaction(history):
        set_team(history, restored="")
    return spent


def message_of(op: str, week: str, kind: str, proof: bytes, body: bytes) -> bytes:
    """What an envelope holds: `proof` is the token of a put, the secret of a correction or a deletion, which has no body."""
    content = {"op": op, "week": week, "kind": kind, "token" if op == "put" else "secret": b64encode(proof).decode()}
    return msgspec.json.encode({**content, "body": msgspec.Raw(body)} if body else content)


def _sent(history: History, week: str, fragment: Fragment) -> Parcel | None:
    """What the board has from here about the same thing: it was sent, and not withdrawn."""
    parcels = all_parcels(history)
    withdrawn = {_token_of(one) for one in parcels if one.op == "delete" and one.state != "cancelled"}
    for one in parcels:
        told = (one.op, one.week, one.kind, one.state) == ("put", week, kind_of(fragment), "sent")
        if told and _token_of(one) not in withdrawn and _speaks_of_the_same(one, fragment, None):
            return one
    return None


def _corrected(history: History, team: Team, sent: Parcel, fragment: Fragment, now: datetime, at_once: bool) -> Parcel:
    if not sent.body:
        raise BoardRefused(f"This was sent for {sent.week} already, {sent.why}; it can be withdrawn from here.")
    correction = next((one for one in _of_token(history, sent) if one.op == "replace"), None)
    if correction is not None and not _can_change(correction):
        if correction.body == fragment_bytes(fragment):
            return correction
        raise BoardRefused(
            f"This was corrected for {sent.week} already, which can be done once; withdraw it if it is not right."
        )
    if sent.body == fragment_bytes(fragment):
        if correction is not None:
            settle_parcel(history, correction.number, "cancelled", "", now)
        return sent
    return _queue(history, team, sent.week, sent.place, fragment, None, now, at_once, op="replace")


def _can_change(parcel: Parcel) -> bool:
    """Whether no byte of it has left."""
    return parcel.why != TRIED and parcel.state in ("waiting", "cancelled", "lapsed")


def _nonce(history: History, team: Team, code: bytes | None, token: tuple[str, str, int]) -> bytes:
    if code is not None:
        return nonce_of(secret_for(team, code, *token))
    return (token_of(history, *token) or b"")[2:34]


def _card_of(history: History, token: tuple[str, str, int]) -> str | None:
    """The own card that waited for that token; what left with it was this one, unless it was changed in between."""
    return next((one.card for one in all_parcels(history) if (one.op, *_token_of(one)) == ("put", *token)), None)


def _token_of(parcel: Parcel) -> tuple[str, str, int]:
    return parcel.week, parcel.kind, parcel.place


def _of_token(history: History, parcel: Parcel) -> list[Parcel]:
    return [one for one in all_parcels(history) if _token_of(one) == _token_of(parcel)]


def _parcel_of(history: History, op: str, token: tuple[str, str, int]) -> Parcel:
    return next(one for one in all_parcels(history) if (one.op, *_token_of(one)) == (op, *token))


def _place(
    history: History,
    team: Team,
    week: str,
    kind: str,
    now: datetime,
    fragment: Fragment | None,
    card: str | None = None,
) -> int:
    places = places_of(history, week, kind)
    if not places or now < opens_at(team, week):
        raise BoardRefused(f"There are no tokens for {kind} in the week {week}.")
    if now >= closes_at(team, week) - MARGIN:
        raise BoardRefused(f"The week {week} is closed.")
    parcels = [parcel for parcel in all_parcels(history) if (parcel.week, parcel.kind) == (week, kind)]
    puts = {parcel.place: parcel for parcel in parcels if parcel.op == "put"}
    withdrawn = {parcel.place for parcel in parcels if parcel.op == "delete" and parcel.state != "cancelled"}
    for place in places:
        held = puts.get(place)
        if (
            held is not None
            and place not in withdrawn
            and not is_free(held)
            and held.state != "cancelled"
            and _speaks_of_the_same(held, fragment, card)
        ):
            if held.state == "waiting" and held.why != TRIED:
                return place
            raise BoardRefused(f"This was sent for {week} already; withdraw it first if it is not right.")
    for place in places:
        held = puts.get(place)
        if held is None or is_free(held):
            return place
    raise BoardRefused(
        f"All {len(places)} tokens for {kind} in the week {week} are used; a token is spent once, also if withdrawn."
    )


def _speaks_of_the_same(held: Parcel, fragment: Fragment | None, card: str | None) -> bool:
    """Whether the later one is about the same thing: the same card, the same tool, or the week as such."""
    if card is not None:
        return held.card == card
    tool = getattr(fragment, "tool", None)
    return tool is None or (held.body != b"" and msgspec.json.decode(held.body).get("tool") == tool)


def _queue(
    history: History,
    team: Team,
    week: str,
    place: int,
    fragment: Fragment,
    card: str | None,
    now: datetime,
    at_once: bool,
    op: str = "put",
) -> Parcel:
    kind, body = kind_of(fragment), fragment_bytes(fragment)
    parse_fragment(body, kind, team.season_of(week).vocabulary)
    planned = now if at_once else first_time(now, _latest(team, week))
    queue_parcel(history, op, week, kind, place, body, card, planned)
    skip_week(history, week, skipped=False)
    return _parcel_of(history, op, (week, kind, place))


def _latest(team: Team, week: str) -> datetime:
    return closes_at(team, week) - MARGIN


def _plan(history: History, later: Iterable[Later]) -> None:
    with transaction(history):
        for one in later:
            plan_parcel(history, one.parcel.number, one.planned_at, one.missed)


def _lapsed(history: History, team: Team, now: datetime) -> list[Sent]:
    found = []
    with transaction(history):
        for parcel in all_parcels(history):
            if parcel.op != "delete" and parcel.state == "waiting" and closes_at(team, parcel.week) <= now:
                why = LAPSED + _perhaps(parcel)
                settle_parcel(history, parcel.number, "lapsed", why, now)
                found.append(Sent(parcel, "lapsed", why))
    return found


def _send(
    history: History, team: Team, secrets: Callable[[], Secrets], client: BoardClient, parcel: Parcel, now: datetime
) -> Sent:
    words, inside = f"The withdrawal of a fragment of {parcel.week} ({parcel.kind}).", b""
    if parcel.op != "delete":
        try:
            fragment = parse_fragment(parcel.body, parcel.kind, team.season_of(parcel.week).vocabulary)
        except FragmentRefused as error:
            with transaction(history):
                settle_parcel(history, parcel.number, "refused", NOT_OFFERED + _perhaps(parcel), now)
            return Sent(parcel, "refused", f"{NOT_OFFERED}: {error}")
        words = sentence_of(fragment) if parcel.op == "put" else f"A correction: {sentence_of(fragment)}"
    proof = _proof(history, team, secrets, parcel)
    message = message_of(parcel.op, parcel.week, parcel.kind, proof, parcel.body)
    if parcel.op != "delete":
        # The log has what a put's envelope holds; the secret of the others stays out of every file.
        inside = message if parcel.op == "put" else parcel.body
    with transaction(history):
        settle_parcel(history, parcel.number, "waiting", TRIED, now)
    try:
        status = _post(team, client, message, words, inside)
        if (parcel.op, status) == ("delete", 404) and now < closes_at(team, parcel.week) + MARGIN:
            spent = _spend(history, team, client, parcel)
            if spent == 404 or (spent in SPENT and _post(team, client, message, words, inside) == 404):
                return _later(history, team, parcel, now, NO_BOARD)
    except SourceError as error:
        return _later(history, team, parcel, now, str(error))
    state, why = _outcome(parcel.op, status)
    if state == "waiting":
        return _later(history, team, parcel, now, NO_BOARD)
    with transaction(history):
        settle_parcel(history, parcel.number, state, why, now)
    return Sent(parcel, state, why)


def _post(team: Team, client: BoardClient, message: bytes, words: str, inside: bytes) -> int:
    envelope = sealed_envelope(message, team.newest.seal, team.newest.board)
    return client.post_envelope(team.newest.relay, envelope, words, inside)


def _later(history: History, team: Team, parcel: Parcel, now: datetime, why: str) -> Sent:
    _plan(history, [planned_anew(parcel, now, _latest(team, parcel.week), missed=1)])
    return Sent(parcel, "later", why)


def _spend(history: History, team: Team, client: BoardClient, parcel: Parcel) -> int:
    """
    Spends the token of what is withdrawn and what the board did not know: a relay may have kept it, and could let it through afterwards.

    The board keeps no mark of a deletion for what it never had, since anybody could fill it with those. So a stand-in that says nothing is
    put, not the fragment itself, which is to be told no more; what is kept back is then other content for a spent token. Gives the board's
    status; what it refuses with another one than 409 it would refuse what is kept back with, too.
    """
    token = token_of(history, parcel.week, parcel.kind, parcel.place)
    if token is None:
        return 410
    body = fragment_bytes(_stand_in(parcel.kind, team.season_of(parcel.week).vocabulary))
    message = message_of("put", parcel.week, parcel.kind, token, body)
    return _post(team, client, message, STAND_IN.format(parcel.week, parcel.kind), message)


def _stand_in(kind: str, offered: Vocabulary) -> Fragment:
    match kind:
        case "c1":
            return Adopted(v=1, adoption="none")
        case "c2":
            return Went(v=1, outcome="unsure", effort="lt1h")
        case "use":
            return Used(v=1, tool=offered.tools[0], tokens="0")
    # Of no circle, so that nobody is shown it, and noise instead of a text.
    noise = b64encode(token_bytes(CARD_SIZES[0])).decode()
    return Told(
        v=1, category=offered.categories[0], outcome="unsure", level="me", circle=token_bytes(8).hex(), ct=noise
    )


def _perhaps(parcel: Parcel) -> str:
    return PERHAPS if parcel.why == TRIED else ""


def _proof(history: History, team: Team, secrets: Callable[[], Secrets], parcel: Parcel) -> bytes:
    if parcel.op == "put":
        return _token(history, parcel.week, parcel.kind, parcel.place)
    return secret_for(team, secrets().code, parcel.week, parcel.kind, parcel.place)


def _outcome(op: str, status: int) -> tuple[str, str]:
    if status in GOOD[op]:
        return "sent", ""
    if status == 410:
        return "lapsed", "its week is closed"
    if status == 404:
        return "waiting", TRIED
    return "refused", REFUSALS.get(status, f"the board answered with {status}")


def _token(history: History, week: str, kind: str, place: int) -> bytes:
    token = token_of(history, week, kind, place)
    if token is None:
        raise FragmentRefused(f"The token for {kind} in {week} is missing here; join again with --recover.")
    return token
