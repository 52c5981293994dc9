"""Recurring texts have one number each."""

from __future__ import annotations

from tokentray.store.account_table import account_id
from tokentray.store.database import History, open_history, transaction
from tokentray.store.names import name_id, set_aliases


def test_nobody_said_is_nought(opened: History) -> None:
    assert (name_id(opened, None), name_id(opened, "")) == (0, 0)


def test_a_text_keeps_its_number_whoever_asks(opened: History) -> None:
    with transaction(opened):
        number = name_id(opened, "gpt-5")
        assert name_id(opened, "gpt-5") == number
        assert name_id(opened, "GPT-5") != number
    with open_history(opened.path) as other, transaction(other):
        assert name_id(other, "gpt-5") == number


def test_half_a_sign_is_kept_as_a_question_mark(opened: History) -> None:
    with transaction(opened):
        number = name_id(opened, "Käse \ud83d\x00")
        assert name_id(opened, "Käse \ud83d\x00") == number
    assert opened.db.execute("SELECT text FROM name WHERE id = ?", (number,)).fetchone() == ("Käse ?\x00",)


def test_the_last_readable_name_holds(opened: History) -> None:
    with transaction(opened):
        account = account_id(opened, "openai/work", "billed")
        set_aliases(opened, account, {"proj_1": "Old", "proj_2": "Other"})
        set_aliases(opened, account, {"proj_1": "New"})
    assert opened.db.execute("SELECT text FROM alias ORDER BY name").fetchall() == [("New",), ("Other",)]
