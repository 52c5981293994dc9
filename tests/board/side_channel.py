"""
T11: does the time of a blind signature tell anything about the issuer's key? Welch's t over chosen pairs of messages and of exponents.

    python tests/board/side_channel.py [--count 2000]

The time is the thread's own, which is stricter than an attacker's clock: what other programs take is no noise in it. The two classes of a
pair are measured in random order, so that the machine's ups and downs fall on both alike. |t| of 4.5 or more, over all times or over the
fastest half or nine tenths of them, is a leak (the bar of TVLA). A signer without protection has to be caught by the very same measurement,
else a low |t| of ours says nothing.
"""

from __future__ import annotations

import argparse
import gc
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from secrets import randbelow, randbits
from time import thread_time_ns

from tokentray.core import board_crypto
from tokentray.core.board_crypto import Signer, blind_sign, new_signer

LEAK = 4.5

Work = Callable[[int], object]
Pair = tuple[Callable[[], int], Callable[[], int]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one pair showed; `t` is the largest |t| of the three cuts, the middles are medians in microseconds."""

    what: str
    t: float
    middle: tuple[float, float]

    @property
    def leaks(self) -> bool:
        return self.t >= LEAK


def naive_sign(signer: Signer, blinded: bytes) -> bytes:
    """The textbook: one power, nothing masked."""
    private_exponent = signer.private.private_numbers().d
    return pow(int.from_bytes(blinded), private_exponent, signer.n).to_bytes(256)


def unblinded_sign(signer: Signer, blinded: bytes) -> bytes:
    """Halves by the Chinese remainder theorem, as libraries do, but of the message itself and with the bare exponents."""
    number = int.from_bytes(blinded)
    first, second = pow(number, signer.dp, signer.p), pow(number, signer.dq, signer.q)
    return (second + (first - second) * signer.q_inverse % signer.p * signer.q).to_bytes(256)


def message_pairs(signer: Signer) -> dict[str, Pair]:
    """Pairs of messages an attacker would compare; the third is what an adaptive search for a factor of n (Brumley, Boneh) converges on."""
    fixed = randbelow(signer.n)
    beside = signer.p * (signer.n // signer.p // 2)

    def anything() -> int:
        return randbelow(signer.n - 1) + 1

    return {
        "one message, random ones": (lambda: fixed, anything),
        "a small one, random ones": (lambda: 2, anything),
        "just above and below a multiple of p": (lambda: beside + 1 + randbits(8), lambda: beside - 1 - randbits(8)),
    }


def measure_messages(
    sign: Callable[[Signer, bytes], object], signer: Signer, count: int, only: str = ""
) -> Iterator[Finding]:
    """One finding for each pair of messages, from `count` signatures of each class."""
    for what, pair in message_pairs(signer).items():
        if only in what:
            yield measured(what, lambda number: sign(signer, number.to_bytes(256)), pair, count)


def measure_exponents(power: Callable[[int, int, int], object], signer: Signer, count: int) -> Finding:
    """Whether an exponent with few ones is faster than one with many: then times add up to the key."""
    few, many = 1 << 1023 | 1, (1 << 1024) - 1
    return measured(
        "an exponent of few ones, of many",
        lambda exponent: power(randbits(1020), exponent, signer.p),
        (lambda: few, lambda: many),
        count,
    )


def measured(what: str, work: Work, pair: Pair, count: int) -> Finding:
    """Welch's t between the times of `work` on the two classes of `pair`."""
    times: tuple[list[int], list[int]] = ([], [])
    work(pair[0]()), work(pair[1]())
    gc.collect()
    gc.disable()
    try:
        while min(map(len, times)) < count:
            side = randbits(1)
            # The number is made of new digits, so that neither class is warm in a cache.
            number = int.from_bytes(pair[side]().to_bytes(256))
            start = thread_time_ns()
            work(number)
            times[side].append(thread_time_ns() - start)
    finally:
        gc.enable()
    everything = sorted(times[0] + times[1])
    cuts = (everything[-1], everything[len(everything) * 9 // 10], everything[len(everything) // 2])
    largest = max(abs(welch(*([time for time in side if time <= cut] for side in times))) for cut in cuts)
    return Finding(what, largest, (middle_of(times[0]), middle_of(times[1])))


def welch(first: list[int], second: list[int]) -> float:
    """Welch's t; endless if one of the two has nothing to compare or nothing varies, but the means differ."""
    if min(len(first), len(second)) < 2:
        return math.inf
    means = [sum(side) / len(side) for side in (first, second)]
    spread = sum(
        sum((time - mean) ** 2 for time in side) / (len(side) - 1) / len(side)
        for side, mean in zip((first, second), means, strict=True)
    )
    return (means[0] - means[1]) / math.sqrt(spread) if spread else math.inf * (means[0] - means[1] or math.nan)


def middle_of(times: list[int]) -> float:
    return sorted(times)[len(times) // 2] / 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="signatures of each class")
    count = parser.parse_args().count
    signer = new_signer()
    ours = [*measure_messages(blind_sign, signer, count), measure_exponents(board_crypto._masked_power, signer, count)]
    naive = [*measure_messages(naive_sign, signer, count // 10), measure_exponents(pow, signer, count // 10)]
    unblinded = list(measure_messages(unblinded_sign, signer, count // 10))
    for title, findings in (("ours", ours), ("halves, no blinding", unblinded), ("textbook", naive)):
        for finding in findings:
            verdict = "LEAKS" if finding.leaks else "silent"
            first, second = finding.middle
            sys.stdout.write(
                f"{title:22} {finding.what:38} |t| {finding.t:8.1f}  {first:9.0f} {second:9.0f} µs  {verdict}\n"
            )
    caught = all(any(finding.leaks for finding in findings) for findings in (naive, unblinded))
    sys.stdout.write(f"power: {'GMP' if board_crypto._power is not pow else 'Python'}\n")
    return 0 if caught and not any(finding.leaks for finding in ours) else 1


if __name__ == "__main__":
    sys.exit(main())
