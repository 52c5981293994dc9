"""Keys are kept by the system's keyring or by nobody, and a keyring that does not open is not pestered."""

from __future__ import annotations

import sys
import threading

import keyring.errors
import pytest

from tests.fakes import DictionaryKeyring
from tokentray.core.api_key import ApiKey
from tokentray.core.errors import KeyMissing, NoVault, VaultLocked
from tokentray.settings.settings import AccountSetting
from tokentray.settings.vault import Vault

WORK = AccountSetting("openai/work", key_from="keyring")


def test_a_stored_key_is_read_back_by_another_run() -> None:
    keyring = DictionaryKeyring()
    Vault(keyring).store_key("openai/work", ApiKey("sk-test-1"))
    assert Vault(keyring).read_key(WORK).reveal() == "sk-test-1"
    assert keyring.secrets == {("tokentray-desktop", "openai/work"): "sk-test-1"}


def test_a_key_is_asked_for_once_in_a_run() -> None:
    keyring = DictionaryKeyring({("tokentray-desktop", "openai/work"): "sk-test-1"})
    vault = Vault(keyring)
    vault.read_key(WORK)
    vault.read_key(WORK)
    assert keyring.asked == 1


def test_a_dropped_key_is_read_anew() -> None:
    keyring = DictionaryKeyring({("tokentray-desktop", "openai/work"): "sk-test-1"})
    vault = Vault(keyring)
    vault.read_key(WORK)
    keyring.secrets["tokentray-desktop", "openai/work"] = "sk-test-2"
    vault.drop_key("openai/work")
    assert vault.read_key(WORK).reveal() == "sk-test-2"


def test_a_forgotten_key_is_gone_and_forgetting_twice_is_harmless() -> None:
    keyring = DictionaryKeyring({("tokentray-desktop", "openai/work"): "sk-test-1"})
    vault = Vault(keyring)
    vault.forget_key("openai/work")
    vault.forget_key("openai/work")
    assert keyring.secrets == {}
    with pytest.raises(KeyMissing):
        vault.read_key(WORK)


def test_a_keyring_that_refused_is_asked_again_only_when_the_person_wants_it() -> None:
    keyring = DictionaryKeyring({("tokentray-desktop", "openai/work"): "sk-test-1"})
    keyring.refuses = _locked()
    vault = Vault(keyring)
    for _ in range(3):
        with pytest.raises(VaultLocked, match="unlock"):
            vault.read_key(WORK)
    assert keyring.asked == 1
    keyring.refuses = None
    vault.ask_again()
    assert vault.read_key(WORK).reveal() == "sk-test-1"


def test_a_keyring_that_never_answers_does_not_hang_the_caller() -> None:
    answered = threading.Event()

    class Silent(DictionaryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            answered.wait()
            return None

    with pytest.raises(VaultLocked, match="not answered"):
        Vault(Silent(), wait_seconds=0.01).read_key(WORK)
    answered.set()


def test_without_a_keyring_nothing_is_stored_anywhere() -> None:
    keyring = DictionaryKeyring(refuses=RuntimeError("neither running nor activatable"))
    with pytest.raises(NoVault, match="never written to a plain file"):
        Vault(keyring).store_key("openai/work", ApiKey("sk-test-1"))
    assert keyring.secrets == {}


def test_no_error_tells_the_key() -> None:
    keyring = DictionaryKeyring(refuses=_locked())
    with pytest.raises(VaultLocked) as caught:
        Vault(keyring).store_key("openai/work", ApiKey("sk-secret"))
    assert "sk-secret" not in str(caught.value)


def test_a_bug_in_the_keyring_is_not_called_a_locked_one() -> None:
    with pytest.raises(ZeroDivisionError):
        Vault(DictionaryKeyring(refuses=ZeroDivisionError())).read_key(WORK)


def test_a_key_from_the_environment() -> None:
    vault = Vault(DictionaryKeyring(), {"OPENAI_ADMIN_KEY": " sk-env \n"})
    assert vault.read_key(AccountSetting("openai/work", key_from="env:OPENAI_ADMIN_KEY")).reveal() == "sk-env"


def test_an_unset_variable_is_named() -> None:
    with pytest.raises(KeyMissing, match="OPENAI_ADMIN_KEY"):
        Vault(DictionaryKeyring(), {}).read_key(AccountSetting("openai/work", key_from="env:OPENAI_ADMIN_KEY"))


def test_a_key_from_a_command_is_its_first_line() -> None:
    account = AccountSetting("openai/work", key_from=f'command:"{sys.executable}" -c "print(\'sk-cmd\\nnote\')"')
    assert Vault(DictionaryKeyring()).read_key(account).reveal() == "sk-cmd"


def test_no_shell_reads_the_command() -> None:
    account = AccountSetting(
        "openai/work", key_from=f'command:"{sys.executable}" -c "import sys; print(sys.argv[1])" $HOME'
    )
    assert Vault(DictionaryKeyring()).read_key(account).reveal() == "$HOME"


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ("no-such-program-here x", KeyMissing, "no-such-program-here"),
        (f'"{sys.executable}" -c "raise SystemExit(3)"', KeyMissing, "status 3"),
        (f'"{sys.executable}" -c "pass"', KeyMissing, "no key"),
        ("", KeyMissing, "empty"),
    ],
)
def test_a_command_that_gives_no_key_says_why(line: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Vault(DictionaryKeyring()).read_key(AccountSetting("openai/work", key_from="command:" + line))


def test_a_command_that_does_not_end_is_ended() -> None:
    account = AccountSetting("openai/work", key_from=f'command:"{sys.executable}" -c "import time; time.sleep(60)"')
    with pytest.raises(VaultLocked, match="in time"):
        Vault(DictionaryKeyring(), wait_seconds=0.2).read_key(account)


def _locked() -> Exception:
    return keyring.errors.KeyringLocked("Failed to unlock the collection!")
