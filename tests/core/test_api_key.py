"""A key shows itself to nobody who did not ask for it."""

from __future__ import annotations

import copy
import pickle

import pytest

from tokentray.core.api_key import ApiKey

SECRET = "sk-admin-0123456789"


def test_no_text_form_holds_the_secret() -> None:
    key = ApiKey(SECRET)
    for text in (str(key), repr(key), f"{key}", f"{key!r:>40}", repr([key]), repr({"key": key})):
        assert SECRET not in text


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy])
def test_it_does_not_leave_the_process(leave: object) -> None:
    with pytest.raises(TypeError, match="does not leave"):
        leave(ApiKey(SECRET))  # type: ignore[operator]


def test_space_around_a_pasted_key_is_no_part_of_it() -> None:
    assert ApiKey(f"  {SECRET}\n").reveal() == SECRET
