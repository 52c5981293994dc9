"""An export comes back unchanged, twice without harm, and nothing is counted twice."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.test_journal_table import FULL
from tokentray.core.batch import Batch, BucketSet
from tokentray.core.errors import HistoryError, Unreadable
from tokentray.core.found import Found
from tokentray.core.gauge import Gauge
from tokentray.core.journal import Card, CheckIn, Retry, SearchQuery, WorkEdit
from tokentray.core.money import Cost, Money, MoneyKind
from tokentray.core.usage import Meter, Tokens, Usage
from tokentray.store.account_table import account_id
from tokentray.store.checkin_table import checkin_of, record_checkin
from tokentray.store.checking import verify
from tokentray.store.copying import KINDS, export_csv, export_json
from tokentray.store.cost_state_table import hidden_usage
from tokentray.store.database import History, is_sample, mark_sample, open_history, transaction, zone_of
from tokentray.store.export_reading import ReadBack, is_export, read_export
from tokentray.store.journal_table import (
    all_retries,
    card_of,
    edits_of,
    put_card,
    record_retry,
    save_card,
    save_search,
    saved_searches,
    search,
    set_tag_colour,
    tag_colours,
)
from tokentray.store.log_table import record_logs
from tokentray.store.poll_table import coverage, record_batch
from tokentray.store.usage_table import milliseconds
from tokentray.store.work_table import record_work_edit, runs_between, work_edits

START = datetime(2026, 11, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@contextmanager
def another(tmp_path: Path, name: str = "other", zone: str | None = None) -> Iterator[History]:
    with open_history(str(tmp_path / name / "history.sqlite"), zone=zone) as history:
        yield history


def told(history: History) -> str:
    return "".join(export_json(history))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "export.json"


def carry(history: History, file: Path, target: History) -> ReadBack:
    file.write_text(told(history), encoding="utf-8")
    return read_export(target, str(file))


def buckets(
    history: History, tokens: dict[int, int], account: str = "openai/work", span: timedelta = HOUR, own_id: str = "a"
) -> None:
    """Records buckets, by the hour they begin in, each as all there is in it."""
    with transaction(history):
        for hour, count in tokens.items():
            start = START + hour * HOUR
            usage = Usage(own_id, start, span, Tokens(input=count), 1, "gpt-5")
            cost = Cost(own_id, start, span, Money(Decimal(count) / 100, "USD", MoneyKind.BILLED))
            meter = Meter(own_id, start, span, "images", count)
            found = BucketSet("completions", start, start + span, (usage,), (cost,), (meter,))
            complete = {"completions": (start, start + span)}
            record_batch(history, account_id(history, account, "billed"), Batch((found,), complete=complete))


def responses(history: History, *found: tuple[int, int, int | None], account: str = "claude-code/default") -> None:
    """Records responses: id, minute, output."""
    with transaction(history):
        kept = Found()
        kept.session("s1", milliseconds(START), "s0")
        for key, minute, output in found:
            start = milliseconds(START) + minute * 60_000
            kept.responses.append((key, start, "claude-opus-4-1", "shop", "s1", "fast", 5, None, 3, 1, output, None, 4))
        kept.cost_states.append(("s1", milliseconds(START), "claude-opus-4-1", 50, None, 4, 1, 70, "0.01"))
        kept.sample(("5h", milliseconds(START), "12.50", None, "percent", 300, milliseconds(START + HOUR)))
        record_logs(history, account_id(history, account, "logged"), kept, ())


def journal(history: History) -> None:
    with transaction(history):
        save_card(history, FULL, NOON)
        save_card(history, replace(FULL, tried="Two"), NOON + HOUR)
        save_card(history, Card("plain", NOON, NOON), NOON)
        set_tag_colour(history, "refactor", 3)
        save_search(history, "mine", "tag:x")
        record_checkin(history, CheckIn("2026-W47", ("a", "b\n", "", "", "é"), ("c0ffee",), NOON, True))
        record_retry(history, Retry("c0ffee", "claude-opus-5", NOON, False))
        record_work_edit(history, WorkEdit("join", "shop", NOON, NOON + HOUR))
        record_work_edit(history, WorkEdit("split", None, NOON))


def everything(history: History) -> None:
    responses(history, (2**62 + 7, 1, 10), (2, 4000, None))
    buckets(history, {0: 3, 1: 4, 30: 5})
    with transaction(history):
        account = account_id(history, "openai/work", "billed")
        record_batch(
            history, account, Batch(gauges=(Gauge("balance", NOON, remaining=Decimal("4.50")),), names={"p": "Käse"})
        )
    journal(history)


def sums(history: History) -> tuple[Any, ...]:
    """Tokens read, written and said, in the sums by day, the costs and the meters."""
    (total,) = history.db.execute("SELECT SUM(input), SUM(output), SUM(requests) FROM day_total").fetchall()
    costs = [amount for (amount,) in history.db.execute("SELECT amount FROM cost ORDER BY start")]
    return (*total, costs, history.db.execute("SELECT SUM(quantity) FROM meter").fetchone()[0])


def test_everything_comes_back_unchanged_into_another_folder(opened: History, file: Path, tmp_path: Path) -> None:
    everything(opened)
    with another(tmp_path) as other:
        assert carry(opened, file, other) == ReadBack(35, 5, 2)
        assert told(other) == told(opened)
        assert zone_of(other) == "Europe/Berlin"
        assert sums(other) == sums(opened)
        assert verify(other) == []
        assert hidden_usage(other) == hidden_usage(opened)
        assert coverage(other) == coverage(opened)
        assert runs_between(other, START, NOON) == runs_between(opened, START, NOON)
        assert card_of(other, "c0ffee") == card_of(opened, "c0ffee")
        assert edits_of(other, "c0ffee") == edits_of(opened, "c0ffee")
        assert [edit.card for edit in edits_of(other, "c0ffee")] == [FULL]
        assert work_edits(other) == [WorkEdit("join", "shop", NOON, NOON + HOUR), WorkEdit("split", None, NOON)]
        assert saved_searches(other) == [("mine", "tag:x")]
        assert tag_colours(other) == {"refactor": 3}
        assert search(other, SearchQuery(words=("two",)), "UTC") == ["c0ffee"]


def test_every_kind_of_row_was_among_them(opened: History) -> None:
    everything(opened)
    rows = json.loads(told(opened))
    assert [kind for kind in KINDS if not rows[kind]] == []


def test_twice_is_harmless(opened: History, file: Path, tmp_path: Path) -> None:
    everything(opened)
    with another(tmp_path) as other:
        carry(opened, file, other)
        assert read_export(other, str(file)) == ReadBack(35, 0, 0)
        assert told(other) == told(opened)
    assert read_export(opened, str(file)) == ReadBack(35, 0, 0)
    assert told(opened) == file.read_text(encoding="utf-8")


def test_the_csv_brings_back_the_same(opened: History, tmp_path: Path) -> None:
    everything(opened)
    with transaction(opened):
        save_card(opened, Card("odd", NOON, NOON, title="=1+1", tried='a\r\nb\rc "d", é\0f'), NOON)
        record_retry(opened, Retry("odd", "", NOON, None))
    file = tmp_path / "export.csv"
    file.write_text("".join(export_csv(opened)), encoding="utf-8", newline="")
    assert is_export(str(file))
    with another(tmp_path) as other:
        assert read_export(other, str(file)) == ReadBack(37, 5, 3)
        assert told(other) == told(opened)
        assert read_export(other, str(file)) == ReadBack(37, 0, 0)
        assert told(other) == told(opened)


def test_a_csv_that_another_program_saved_again_is_read(opened: History, tmp_path: Path) -> None:
    everything(opened)
    file = tmp_path / "export.csv"
    rows = list(csv.reader(io.StringIO("".join(export_csv(opened)), newline="")))
    with file.open("w", encoding="utf-8-sig", newline="") as saved:
        csv.writer(saved, quoting=csv.QUOTE_ALL).writerows(rows)
    assert is_export(str(file))
    with another(tmp_path) as other:
        read_export(other, str(file))
        assert told(other) == told(opened)


def test_a_csv_with_a_wrong_row_is_refused(opened: History, tmp_path: Path) -> None:
    responses(opened, (1, 1, 123_456))
    text = "".join(export_csv(opened))
    file = tmp_path / "export.csv"
    for wrong, why in (
        ("much", "not as it should be"),
        ("1,2", "not whole"),
        ('"1', "cannot be read as CSV|not whole"),
    ):
        file.write_text(text.replace("123456", wrong), encoding="utf-8", newline="")
        with another(tmp_path) as other, pytest.raises(Unreadable, match=why):
            read_export(other, str(file))


def test_a_csv_of_made_up_use_stays_apart(opened: History, tmp_path: Path) -> None:
    with transaction(opened):
        mark_sample(opened)
    buckets(opened, {0: 1})
    file = tmp_path / "export.csv"
    file.write_text("".join(export_csv(opened)), encoding="utf-8", newline="")
    with another(tmp_path) as other:
        buckets(other, {0: 1})
        with pytest.raises(HistoryError, match="made up"):
            read_export(other, str(file))


def test_another_program_may_have_laid_it_out_anew(opened: History, file: Path, tmp_path: Path) -> None:
    everything(opened)
    laid_out = json.loads(told(opened))
    file.write_text(json.dumps({"comment": 1, **dict(reversed(laid_out.items()))}, indent=4), encoding="utf-8")
    with another(tmp_path) as other:
        read_export(other, str(file))
        assert told(other) == told(opened)


def test_an_older_export_without_a_journal_is_read(opened: History, file: Path, tmp_path: Path) -> None:
    everything(opened)
    rows = json.loads(told(opened))
    older = ("account", "session", "alias", "usage", "cost", "meter", "gauge", "feed", "gap")
    for session in rows["session"]:
        del session["parent"]
    file.write_text(json.dumps({name: rows[name] for name in ("schema", "zone", *older)}), encoding="utf-8")
    with another(tmp_path) as other:
        assert read_export(other, str(file)).new_usages == 5
        assert sums(other) == sums(opened)


def test_two_histories_of_one_machine_count_nothing_twice(opened: History, file: Path, tmp_path: Path) -> None:
    responses(opened, (1, 1, 10), (2, 2, 5))
    with another(tmp_path, zone="Europe/Berlin") as other:
        responses(other, (2, 2, 50), (3, 3, 7))
        assert carry(opened, file, other).new_usages == 1
        assert sums(other)[:3] == (15, 67, 3)
        carry(other, file, opened)
        assert sums(opened) == sums(other)
        assert told(other) == told(opened)
        assert verify(other) == []


def test_the_fuller_reading_of_a_bucket_stays(opened: History, file: Path, tmp_path: Path) -> None:
    buckets(opened, {0: 100, 1: 20, 2: 30})
    with another(tmp_path, zone="Europe/Berlin") as other:
        # The same tokens by other combinations of dimensions.
        buckets(other, {0: 90, 1: 25, 3: 40}, own_id="b")
        carry(opened, file, other)
        assert sums(other) == (195, None, 4, ["1", "0.25", "0.3", "0.4"], 195)
        assert verify(other) == []
        carry(other, file, opened)
        assert told(other) == told(opened)


def test_hours_and_days_of_one_bill_are_not_added(opened: History, file: Path, tmp_path: Path) -> None:
    buckets(opened, {0: 10, 1: 20, 24: 5})
    with another(tmp_path, zone="Europe/Berlin") as other:
        buckets(other, {0: 31, 24: 4}, span=DAY)
        carry(opened, file, other)
        assert sums(other) == (36, None, 2, ["0.31", "0.05"], 36)
        assert verify(other) == []


counts = st.dictionaries(st.integers(0, 30), st.integers(1, 9))
answers = st.dictionaries(st.integers(1, 6), st.integers(0, 9))


@settings(deadline=None, max_examples=25)
@given(counts, counts, answers, answers)
def test_whichever_of_two_is_read_into_the_other_the_sums_are_the_same(
    hours: dict[int, int], other_hours: dict[int, int], said: dict[int, int], also_said: dict[int, int]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder)
        with another(path, "one", "Europe/Berlin") as one, another(path, "two", "Europe/Berlin") as two:
            for history, billed, logged in ((one, hours, said), (two, other_hours, also_said)):
                buckets(history, billed)
                responses(history, *((key, key, output) for key, output in logged.items()))
            carry(one, path / "one.json", two)
            carry(two, path / "two.json", one)
            expected = sum(max(hours.get(hour, 0), other_hours.get(hour, 0)) for hour in {*hours, *other_hours})
            inputs, outputs, requests = sums(one)[:3]
            assert (inputs or 0) == expected + 5 * len({*said, *also_said})
            assert (outputs or 0) == sum(max(said.get(key, 0), also_said.get(key, 0)) for key in {*said, *also_said})
            assert (requests or 0) == len({*hours, *other_hours}) + len({*said, *also_said})
            assert told(one) == told(two)


def test_what_either_of_them_read_is_complete(opened: History, file: Path, tmp_path: Path) -> None:
    buckets(opened, {0: 1, 1: 1, 2: 1})
    with another(tmp_path) as other:
        buckets(other, {1: 1, 5: 1})
        carry(opened, file, other)
        (known,) = coverage(other)
        assert (known.complete_since, known.complete_until) == (START, START + 6 * HOUR)
        assert known.gaps == ((START + 3 * HOUR, START + 5 * HOUR, "not read yet"),)


def test_of_two_cards_the_one_saved_last_stays_and_the_other_is_kept(
    opened: History, file: Path, tmp_path: Path
) -> None:
    with another(tmp_path) as other:
        mine, theirs = replace(FULL, tried="Mine"), replace(FULL, tried="Theirs", edited_at=NOON + HOUR)
        with transaction(opened):
            put_card(opened, theirs)
        with transaction(other):
            put_card(other, mine)
        for _ in range(2):
            assert carry(opened, file, other).new_cards == 0
            assert card_of(other, "c0ffee") == theirs
            assert [edit.card for edit in edits_of(other, "c0ffee")] == [mine]
        carry(other, file, opened)
        assert told(opened) == told(other)


def test_what_was_decided_here_stays(opened: History, file: Path, tmp_path: Path) -> None:
    journal(opened)
    with another(tmp_path) as other:
        own = CheckIn("2026-W47", ("own", "", "", "", ""), (), NOON + HOUR)
        with transaction(other):
            set_tag_colour(other, "refactor", 7)
            save_search(other, "mine", "tag:y")
            record_checkin(other, own)
            record_retry(other, Retry("c0ffee", "claude-opus-5", NOON))
            record_work_edit(other, WorkEdit("split", None, NOON))
        carry(opened, file, other)
        assert tag_colours(other) == {"refactor": 7}
        assert saved_searches(other) == [("mine", "tag:y")]
        assert checkin_of(other, "2026-W47") == own
        assert all_retries(other) == [Retry("c0ffee", "claude-opus-5", NOON, False)]
        assert work_edits(other) == [WorkEdit("split", None, NOON), WorkEdit("join", "shop", NOON, NOON + HOUR)]


def test_made_up_use_stays_made_up_and_apart(opened: History, file: Path, tmp_path: Path) -> None:
    responses(opened, (1, 1, 10))
    with transaction(opened):
        mark_sample(opened)
    with another(tmp_path) as other:
        carry(opened, file, other)
        assert is_sample(other)
        assert told(other) == told(opened)
    with another(tmp_path, "real") as real:
        responses(real, (2, 1, 10))
        with pytest.raises(HistoryError, match="made up"):
            read_export(real, str(file))
        with pytest.raises(HistoryError, match="made up"):
            carry(real, file, opened)
        assert sums(real)[1] == 10


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", '{"schema": "tokentray.report/1"}', "{}", '{"schema": "tokentray.export/1",\n"zone": "UTC"'],
)
def test_what_is_no_export_is_refused(opened: History, file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(Unreadable):
        read_export(opened, str(file))


def test_bytes_that_are_no_text_are_refused(opened: History, file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    assert not is_export(str(file))
    with pytest.raises(Unreadable, match="no export"):
        read_export(opened, str(file))


def test_a_missing_file_is_said(opened: History, file: Path) -> None:
    assert not is_export(str(file))
    with pytest.raises(HistoryError, match="cannot be read"):
        read_export(opened, str(file))


def test_half_an_export_is_told_and_can_be_read_again(opened: History, file: Path, tmp_path: Path) -> None:
    everything(opened)
    whole = told(opened)
    with another(tmp_path) as other:
        file.write_text(whole[: len(whole) // 2], encoding="utf-8")
        assert is_export(str(file))
        with pytest.raises(Unreadable):
            read_export(other, str(file))
        file.write_text(whole, encoding="utf-8")
        read_export(other, str(file))
        assert told(other) == whole


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("usage", {"input": -1}),
        ("usage", {"input": "many"}),
        ("usage", {"id": "zz"}),
        ("usage", {"start": "yesterday"}),
        ("usage", {"account": "nobody/default"}),
        ("account", {"origin": "heard"}),
        ("card", {"outcome": "splendid"}),
        ("card", {"title": None}),
        ("checkin", {"answers": "[]"}),
        ("card_edit", {"text": "{"}),
        ("cost", {"amount": "much"}),
    ],
)
def test_a_row_that_cannot_be_is_told(
    opened: History, file: Path, tmp_path: Path, kind: str, change: dict[str, Any]
) -> None:
    everything(opened)
    rows = json.loads(told(opened))
    rows[kind][0].update(change)
    file.write_text(json.dumps(rows), encoding="utf-8")
    with another(tmp_path) as other, pytest.raises(Unreadable, match="as it should be"):
        read_export(other, str(file))


def test_progress_goes_to_the_end(opened: History, file: Path, tmp_path: Path) -> None:
    everything(opened)
    file.write_text(told(opened), encoding="utf-8")
    heard: list[float] = []
    with another(tmp_path) as other:
        read_export(other, str(file), heard.append)
    assert heard[-1] == 1.0
    assert heard == sorted(heard)


def test_a_card_of_a_date_alone_keeps_its_date(opened: History, file: Path, tmp_path: Path) -> None:
    with transaction(opened):
        save_card(opened, Card("a", NOON, NOON, day=date(1969, 12, 31)), NOON)
    with another(tmp_path) as other:
        carry(opened, file, other)
        assert card_of(other, "a") == Card("a", NOON, NOON, day=date(1969, 12, 31))
