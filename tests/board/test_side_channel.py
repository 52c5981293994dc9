"""T11, the short form: the signer's time says nothing, and the same measurement catches a textbook signer."""

from __future__ import annotations

import pytest

from tests.board.side_channel import measure_exponents, measure_messages, naive_sign, unblinded_sign, welch
from tokentray.core import board_crypto
from tokentray.core.board_crypto import blind_sign, new_signer

SIGNER = new_signer()


def test_our_signer_is_silent():
    for finding in measure_messages(blind_sign, SIGNER, 40):
        assert not finding.leaks, finding


@pytest.mark.parametrize("sign", [naive_sign, unblinded_sign])
def test_a_signer_without_blinding_is_caught(sign):
    findings = list(measure_messages(sign, SIGNER, 20, only="a small one"))

    assert any(finding.leaks for finding in findings), findings


def test_the_exponent_is_silent():
    assert not measure_exponents(board_crypto._masked_power, SIGNER, 80).leaks


def test_a_naked_exponent_is_caught():
    assert measure_exponents(pow, SIGNER, 80).leaks


def test_welch_by_hand():
    # Means 2 and 5, variances 1 and 1, three each: 3 / sqrt(2/3).
    assert welch([1, 2, 3], [4, 5, 6]) == pytest.approx(-3.674, abs=0.001)
