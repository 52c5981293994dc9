"""Fragments say closed words only, and anything else is refused."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentray.core import fragment
from tokentray.core.errors import FragmentRefused
from tokentray.core.fragment import (
    Adopted,
    Told,
    Used,
    Vocabulary,
    Went,
    band_of_tokens,
    fragment_bytes,
    kind_of,
    parse_fragment,
)

OFFERED = Vocabulary(functions=("design", "support"), categories=("coding", "writing"), tools=("claude", "codex"))
CT = b64encode(bytes(512)).decode()
GOOD = {
    "c1": {"v": 1, "kind": "c1", "adoption": "weekly", "function": "design"},
    "c2": {"v": 1, "kind": "c2", "outcome": "mixed", "effort": "1-4h"},
    "use": {"v": 1, "kind": "use", "tool": "codex", "tokens": "<10M"},
    "card": {
        "v": 1,
        "kind": "card",
        "category": "coding",
        "outcome": "failed",
        "level": "team",
        "circle": "00112233445566ff",
        "ct": CT,
    },
}

FRAGMENTS = st.one_of(
    st.builds(
        Adopted,
        v=st.just(1),
        adoption=st.sampled_from(fragment.ADOPTIONS),
        function=st.sampled_from(("design", "support")),
    ),
    st.builds(Adopted, v=st.just(1), adoption=st.sampled_from(fragment.ADOPTIONS)),
    st.builds(Went, v=st.just(1), outcome=st.sampled_from(fragment.RESULTS), effort=st.sampled_from(fragment.EFFORTS)),
    st.builds(Used, v=st.just(1), tool=st.sampled_from(OFFERED.tools), tokens=st.sampled_from(fragment.BANDS)),
    st.builds(
        Told,
        v=st.just(1),
        category=st.sampled_from(OFFERED.categories),
        outcome=st.sampled_from(fragment.RESULTS),
        level=st.sampled_from(fragment.REACHES),
        circle=st.binary(min_size=8, max_size=8).map(bytes.hex),
        ct=st.sampled_from(fragment.CARD_SIZES).map(lambda size: b64encode(bytes(size)).decode()),
    ),
)


def parse(value: object, kind: str) -> fragment.Fragment:
    return parse_fragment(json.dumps(value).encode(), kind, OFFERED)


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_fragment_is_understood_whole(kind):
    understood = parse(GOOD[kind], kind)

    assert kind_of(understood) == kind
    assert json.loads(fragment_bytes(understood)) == GOOD[kind]


@given(FRAGMENTS)
def test_the_canonical_form_is_one_and_comes_back(sent):
    data = fragment_bytes(sent)

    assert parse_fragment(data, kind_of(sent), OFFERED) == sent
    assert data == json.dumps(json.loads(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_canonical_bytes_of_a_check_in():
    sent = Adopted(v=1, adoption="daily")

    assert fragment_bytes(sent) == b'{"adoption":"daily","kind":"c1","v":1}'


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(
    "field", ["time", "version", "locale", "platform", "model", "cost", "project", "tag", "note", "member", "V"]
)
def test_a_field_that_may_not_leave_is_refused(kind, field):
    with pytest.raises(FragmentRefused):
        parse({**GOOD[kind], field: "x"}, kind)


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind in GOOD for field in GOOD[kind]])
def test_a_word_outside_the_vocabulary_is_refused(kind, field):
    with pytest.raises(FragmentRefused):
        parse({**GOOD[kind], field: "Anna"}, kind)


@pytest.mark.parametrize(
    ("kind", "field"), [(kind, field) for kind in GOOD for field in GOOD[kind] if field != "function"]
)
def test_a_missing_field_is_refused(kind, field):
    with pytest.raises(FragmentRefused):
        parse({name: value for name, value in GOOD[kind].items() if name != field}, kind)


def test_a_refusal_does_not_repeat_what_was_found():
    with pytest.raises(FragmentRefused) as refusal:
        parse({**GOOD["c1"], "adoption": "Anna of design"}, "c1")

    assert str(refusal.value) == "This is no fragment of TTB/1; what does not belong is at `$.adoption`."


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind in GOOD for field in GOOD[kind]])
@pytest.mark.parametrize("value", [None, True, 2, 1.5, [], {}, ""])
def test_a_value_of_another_type_is_refused(kind, field, value):
    with pytest.raises(FragmentRefused):
        parse({**GOOD[kind], field: value}, kind)


@pytest.mark.parametrize("kind", GOOD)
def test_another_kind_than_the_tokens_is_refused(kind):
    with pytest.raises(FragmentRefused):
        parse(GOOD[kind], "c2" if kind == "c1" else "c1")


@pytest.mark.parametrize(
    "ct",
    [
        "",
        b64encode(bytes(511)).decode(),
        b64encode(bytes(2064)).decode(),
        CT + "\n",
        CT.replace("A", "-"),
        CT[:-3] + "B==",  # the same bytes, written another way
    ],
)
def test_a_ciphertext_of_another_size_or_spelling_is_refused(ct):
    with pytest.raises(FragmentRefused):
        parse({**GOOD["card"], "ct": ct}, "card")


@pytest.mark.parametrize(
    "circle", ["", "00112233445566f", "00112233445566FF", "00112233445566ff0", "00112233445566ff\n"]
)
def test_a_circle_is_eight_bytes_in_small_hex(circle):
    with pytest.raises(FragmentRefused):
        parse({**GOOD["card"], "circle": circle}, "card")


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{", b"\xff", b'{"v":1}', b"[" * 5000])
def test_what_is_no_fragment_is_refused(data):
    with pytest.raises(FragmentRefused):
        parse_fragment(data, "c1", OFFERED)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_and_nothing_else_happens(data):
    with pytest.raises(FragmentRefused):
        parse_fragment(data, "c2", OFFERED)


@pytest.mark.parametrize(
    ("tokens", "band"),
    [
        (0, "0"),
        (1, "<10k"),
        (9_999, "<10k"),
        (10_000, "<100k"),
        (999_999, "<1M"),
        (1_000_000, "<10M"),
        (10_000_000, "<100M"),
        (99_999_999, "<100M"),
        (100_000_000, ">=100M"),
    ],
)
def test_bands_of_tokens(tokens, band):
    assert band_of_tokens(tokens) == band
