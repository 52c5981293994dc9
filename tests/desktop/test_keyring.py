"""Keys in a real Secret Service, open and locked."""

from __future__ import annotations

import subprocess
import threading

import pytest

from tests.desktop.conftest import Desktop
from tokentray.core.api_key import ApiKey
from tokentray.core.errors import KeyMissing, VaultLocked
from tokentray.settings.settings import AccountSetting
from tokentray.settings.vault import Vault

WORK = AccountSetting("openai/desktop-test", "keyring")


def test_a_key_is_stored_and_read_back(desktop: Desktop) -> None:
    Vault().store_key(WORK.name, ApiKey("sk-desktop-1"))
    assert Vault().read_key(WORK).reveal() == "sk-desktop-1"
    asked = ["secret-tool", "lookup", "service", "tokentray-desktop", "username", WORK.name]
    assert subprocess.run(asked, capture_output=True, text=True).stdout == "sk-desktop-1"
    Vault().forget_key(WORK.name)
    with pytest.raises(KeyMissing):
        Vault().read_key(WORK)


def test_an_open_keyring_says_so(desktop: Desktop) -> None:
    assert Vault().state() == "The system's keyring runs and is open."


def test_a_locked_keyring_says_so_without_a_prompt_and_opens_when_its_prompt_is_answered(desktop: Desktop) -> None:
    Vault().store_key(WORK.name, ApiKey("sk-desktop-2"))
    desktop.do("keyring", "lock")
    assert "is locked" in Vault().state()
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(Vault().read_key(WORK).reveal()))
    asking.start()
    desktop.do("keyring", "unlock")
    asking.join(20)
    assert answers == ["sk-desktop-2"]
    Vault().forget_key(WORK.name)


def test_a_prompt_nobody_answers_ends_in_a_sentence(desktop: Desktop) -> None:
    Vault().store_key(WORK.name, ApiKey("sk-desktop-3"))
    desktop.do("keyring", "lock")
    vault = Vault(wait_seconds=1.0)
    with pytest.raises(VaultLocked, match="not answered"):
        vault.read_key(WORK)
    with pytest.raises(VaultLocked):
        vault.read_key(WORK)  # at once: it is not asked again
    desktop.do("keyring", "unlock")
    assert Vault().read_key(WORK).reveal() == "sk-desktop-3"
    Vault().forget_key(WORK.name)
