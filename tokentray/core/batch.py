"""What one step of reading a source found, as it goes into the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tokentray.core.gauge import Gauge
from tokentray.core.money import Cost
from tokentray.core.usage import Meter, Usage


@dataclass(frozen=True, slots=True)
class BucketSet:
    """
    All that a feed says about [start, end): it replaces whatever the history holds for that account, feed and stretch.

    Both instants are aware, UTC and on bucket edges. An empty set is a true zero.
    """

    feed: str
    start: datetime
    end: datetime
    usages: tuple[Usage, ...] = ()
    costs: tuple[Cost, ...] = ()
    meters: tuple[Meter, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """
    What one step of a fetch found; recorded in one transaction together with its cursors.

    `cursors` maps a feed to the text that lets the next fetch go on where this one ended. `complete` maps a feed to the stretch
    [since, until) that is now known without gaps by this batch. `names` maps a provider's id (project, key, workspace) to its readable name.
    `notes` are sentences for the person about what this account cannot show. `done` is how far the whole fetch is, 0 to 1.
    """

    bucket_sets: tuple[BucketSet, ...] = ()
    gauges: tuple[Gauge, ...] = ()
    cursors: Mapping[str, str] = field(default_factory=dict)
    complete: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    done: float = 1.0
