"""Discrete Laplace noise, drawn exactly: integers only, no floating point anywhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from fractions import Fraction

Below = Callable[[int], int]
"""A uniformly random integer from 0 up to, and without, its argument."""


def discrete_laplace(epsilon: Fraction, below: Below = secrets.randbelow) -> int:
    """
    An integer x with probability proportional to exp(-epsilon·|x|).

    Canonne, Kamath, Steinke: The Discrete Gaussian for Differential Privacy (2020), algorithm 2, with scale t/s = 1/epsilon.
    """
    s, t = epsilon.numerator, epsilon.denominator
    while True:
        u = below(t)
        if not bernoulli_exp(Fraction(u, t), below):
            continue
        v = 0
        while bernoulli_exp(Fraction(1), below):
            v += 1
        size = (u + t * v) // s
        negative = below(2) == 1
        if not (negative and size == 0):
            return -size if negative else size


def bernoulli_exp(gamma: Fraction, below: Below) -> bool:
    """True with probability exp(-gamma), for gamma from 0 to 1; algorithm 1 of the same paper."""
    k = 1
    while below(gamma.denominator * k) < gamma.numerator:
        k += 1
    return k % 2 == 1
