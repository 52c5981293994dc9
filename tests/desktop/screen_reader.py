"""
What a screen reader hears of TokenTray, for test_journal_keyboard.py: run by the system's Python, which has the accessibility library.

Each line on standard input is a question: "focus", or "seen" for all that is on the screen. Each answer is one line of JSON: objects with
role, name, states, and their middle on the screen.
"""

import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

TOLD_STATES = ("focused", "checked", "selected", "enabled", "editable")


def main():
    desktop = Atspi.get_desktop(0)
    # What was true a moment ago is of no use here.
    desktop.set_cache_mask(Atspi.Cache.NONE)
    for question in sys.stdin:
        try:
            objects = list(seen(desktop))
        except GLib.Error:  # something went away while it was looked at
            objects = []
        if question.strip() == "focus":
            objects = [one for one in objects if "focused" in one["states"]]
        print(json.dumps(objects), flush=True)  # noqa: T201


def seen(desktop):
    for number in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(number)
        if application is not None and application.get_name() == "TokenTray":
            for window in children(application):
                yield from below(window)


def below(thing):
    states = thing.get_state_set()
    if not states.contains(Atspi.StateType.SHOWING):
        return
    told = [name for name in TOLD_STATES if states.contains(getattr(Atspi.StateType, name.upper()))]
    yield {"role": thing.get_role_name(), "name": thing.get_name(), "states": told, "middle": middle_of(thing)}
    for child in children(thing):
        yield from below(child)


def children(thing):
    for number in range(thing.get_child_count()):
        child = thing.get_child_at_index(number)
        if child is not None:
            yield child


def middle_of(thing):
    box = Atspi.Component.get_extents(thing, Atspi.CoordType.SCREEN)
    return [box.x + box.width // 2, box.y + box.height // 2]


if __name__ == "__main__":
    main()
