"""Adding a source explains itself, lets nothing incomplete through, and waits for the test."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.snapshots import CATALOGUE
from tokentray.settings.new_account import AccountTested, NewAccount
from tokentray.ui.pages.add_source_dialog import AddSourceDialog


@pytest.fixture
def dialog(qtbot: QtBot) -> AddSourceDialog:
    dialog = AddSourceDialog(CATALOGUE, {"openai/default"})
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def added(dialog: AddSourceDialog, qtbot: QtBot) -> NewAccount:
    with qtbot.waitSignal(dialog.account_added) as signal:
        dialog.add.click()
    account = signal.args[0]
    assert isinstance(account, NewAccount)
    return account


def test_it_says_which_key_is_needed_and_where_it_is_made(dialog: AddSourceDialog) -> None:
    assert dialog._needs.text() == "You need: An admin key (sk-admin-…) with the right to read usage."
    assert dialog.link.text() == "Make one at platform.openai.com ↗"


def test_typing_narrows_the_sources(dialog: AddSourceDialog) -> None:
    dialog.search.setText("anth")
    assert [dialog.list.item(row).text() for row in range(dialog.list.count())] == ["Providers", "Anthropic"]
    assert dialog._title.text() == "Anthropic"


def test_a_name_that_is_taken_is_not_proposed_nor_accepted(dialog: AddSourceDialog) -> None:
    assert dialog.label.text() == "work"
    dialog.key.setText("sk-admin-1")
    assert dialog.add.isEnabled()
    dialog.label.setText("default")
    assert not dialog.add.isEnabled()
    assert dialog._said.text() == "There is openai/default already; choose another name."


def test_a_key_goes_to_the_keyring(dialog: AddSourceDialog, qtbot: QtBot) -> None:
    dialog.key.setText(" sk-admin-1 ")
    account = added(dialog, qtbot)
    assert (account.name, account.key_from, account.base_url) == ("openai/work", "keyring", "")
    assert account.key is not None
    assert account.key.reveal() == "sk-admin-1"
    assert "sk-admin-1" not in repr(account)


def test_a_variable_is_stored_by_name(dialog: AddSourceDialog, qtbot: QtBot) -> None:
    dialog.key.setText("left over")
    dialog.key_from.choose("env")
    assert not dialog.add.isEnabled()
    dialog.variable.setText("OPENAI_ADMIN_KEY")
    account = added(dialog, qtbot)
    assert (account.key_from, account.key) == ("env:OPENAI_ADMIN_KEY", None)


def test_a_command_is_stored_as_it_is(dialog: AddSourceDialog, qtbot: QtBot) -> None:
    dialog.key_from.choose("command")
    dialog.command.setText("pass show openai")
    assert added(dialog, qtbot).key_from == "command:pass show openai"


def test_an_agent_needs_a_folder_and_no_key(dialog: AddSourceDialog, qtbot: QtBot) -> None:
    dialog.choose("claude-code", "laptop")
    assert not dialog.key.isVisible()
    assert not dialog.add.isEnabled()
    dialog.folder.setText("/old/home/.claude")
    account = added(dialog, qtbot)
    assert (account.name, account.folder, account.key_from) == ("claude-code/laptop", "/old/home/.claude", "")


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://gateway.example", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://gateway.example", False),
        ("ftp://x", False),
    ],
)
def test_a_base_url_is_https_or_on_this_machine(dialog: AddSourceDialog, url: str, fits: bool) -> None:
    dialog.key.setText("sk-admin-1")
    dialog.advanced.setChecked(True)
    dialog.base_url.setText(url)
    assert dialog.add.isEnabled() is fits


def test_while_it_is_tested_nothing_can_be_sent_twice(dialog: AddSourceDialog, qtbot: QtBot) -> None:
    dialog.key.setText("sk-admin-1")
    account = added(dialog, qtbot)
    assert dialog.waits_for(account.name)
    assert not dialog.add.isEnabled()
    assert dialog._said.text() == "Testing…"


def test_a_refused_key_can_be_corrected_at_once(dialog: AddSourceDialog, qtbot: QtBot) -> None:
    dialog.key.setText("sk-proj-1")
    added(dialog, qtbot)
    dialog.show_tested(AccountTested("openai/work", False, "This is a project key; an admin key is needed."))
    assert dialog._said.text() == "✕ This is a project key; an admin key is needed."
    dialog.key.setText("sk-admin-1")
    assert added(dialog, qtbot).key is not None


def test_an_accepted_key_ends_with_done_and_is_not_kept_in_the_field(dialog: AddSourceDialog, qtbot: QtBot) -> None:
    dialog.key.setText("sk-admin-1")
    added(dialog, qtbot)
    dialog.show_tested(AccountTested("openai/work", True, "The key opens usage and costs."))
    assert dialog.key.text() == ""
    assert dialog.add.text() == "Done"
    with qtbot.waitSignal(dialog.accepted):
        dialog.add.click()


def test_every_field_has_a_name_for_a_screen_reader(dialog: AddSourceDialog) -> None:
    fields = (dialog.label, dialog.key, dialog.variable, dialog.command, dialog.folder, dialog.base_url)
    assert [field.accessibleName() for field in fields] == ["Name", "Key", "Variable", "Command", "Folder", "Base URL"]
