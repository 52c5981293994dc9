"""The icon in a real panel: seen, changed, clicked; late, gone, not there at all; and the whole program around it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.desktop.conftest import Desktop, Program, wait_until
from tokentray.ui.notice import show_notice

Start = Callable[..., Program]


def test_the_icon_is_seen_and_changes_at_run_time(desktop: Desktop, program: Start) -> None:
    tokentray = program()
    wait_until(lambda: len(desktop.items()) == 1, "an icon in the panel")
    wait_until(lambda: desktop.can("find"), "the icon's pixels")
    before = desktop.icon_picture()
    tokentray.settings(icon_foreground="light")
    wait_until(lambda: desktop.icon_picture() != before, "another icon")


def test_a_click_opens_the_popover_and_another_closes_it(desktop: Desktop, program: Start) -> None:
    tokentray = program()
    wait_until(lambda: desktop.can("find"), "the icon")
    desktop.do("click", "1")
    wait_until(lambda: len(desktop.windows(tokentray.process.pid)) == 1, "a popover")
    desktop.do("click", "1")
    wait_until(lambda: desktop.windows(tokentray.process.pid) == [], "no popover")


def test_the_menu_opens(desktop: Desktop, program: Start) -> None:
    program()
    wait_until(lambda: desktop.can("find"), "the icon")
    below = "400x150+880+36"
    before = desktop.picture(below)
    desktop.do("click", "3")
    wait_until(lambda: desktop.picture(below) != before, "a menu below the panel")


def test_an_appended_line_reaches_the_running_icons_tooltip(desktop: Desktop, program: Start) -> None:
    tokentray = program()
    log = tokentray.folder / "home" / ".claude" / "projects" / "-home-me-alpha" / "one.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text(_response(1, 1_000))
    wait_until(lambda: len(desktop.items()) == 1, "an icon in the panel")
    tokentray.start("sync", "--json").wait(20)
    with log.open("a") as file:
        file.write(_response(2, 1_233_000))
    tokentray.say("sync")
    wait_until(lambda: "1.23M" in desktop.tooltip(), "the numbers in the tooltip")


def test_a_panel_that_comes_late_gets_the_icon(desktop: Desktop, program: Start) -> None:
    desktop.do("panel", "stop")
    tokentray = program()
    wait_until(tokentray.listens, "the running program")
    desktop.do("panel", "start")
    wait_until(lambda: len(desktop.items()) == 1, "an icon in the late panel")


def test_a_panel_that_crashes_and_returns_has_one_icon(desktop: Desktop, program: Start) -> None:
    program()
    wait_until(lambda: len(desktop.items()) == 1, "an icon")
    desktop.do("panel", "restart")
    wait_until(lambda: len(desktop.items()) == 1, "an icon again")
    wait_until(lambda: desktop.can("find"), "its pixels")


def test_without_a_tray_the_window_opens_and_says_once_why(desktop: Desktop, program: Start) -> None:
    desktop.do("panel", "stop")
    tokentray = program()
    wait_until(lambda: len(desktop.windows(tokentray.process.pid)) == 1, "a window", 20)
    wait_until(lambda: tokentray.setting("no_tray_explained") is True, "that it was explained")
    assert tokentray.end() < 2
    desktop.do("panel", "start")


def test_a_second_start_raises_the_firsts_window_and_ends(desktop: Desktop, program: Start) -> None:
    tokentray = program()
    wait_until(lambda: len(desktop.items()) == 1, "an icon")
    second = tokentray.start()
    assert second.wait(10) == 0
    wait_until(lambda: len(desktop.windows(tokentray.process.pid)) == 1, "the first one's window")
    assert len(desktop.items()) == 1


def test_it_ends_within_two_seconds(desktop: Desktop, program: Start) -> None:
    tokentray = program()
    wait_until(lambda: len(desktop.items()) == 1, "an icon")
    assert tokentray.end() < 2
    assert tokentray.process.returncode == 0
    wait_until(lambda: desktop.items() == [], "an empty panel")


def test_a_notification_is_shown(desktop: Desktop) -> None:
    assert show_notice("OpenAI: the key was refused", "Give another key under Sources.", None)
    wait_until(lambda: len(desktop.notifications()) > 0, "a notification")
    shown = desktop.notifications()[-1]
    assert (shown["app_name"], shown["summary"], shown["urgency"]) == (
        "TokenTray",
        "OpenAI: the key was refused",
        "NORMAL",
    )


def test_a_refused_key_is_told_once(desktop: Desktop, program: Start, refusing_provider: str) -> None:
    account = {"name": "openai/work", "key_from": "env:OPENAI_ADMIN_KEY", "base_url": refusing_provider}
    tokentray = program(settings={"polling_allowed": True, "accounts": [account]})
    wait_until(lambda: len(_told(desktop)) == 1, "a notification")
    assert "admin key" in _told(desktop)[0]["body"]
    tokentray.end()
    tokentray.process = tokentray.start()
    wait_until(tokentray.listens, "the second run")
    wait_until(lambda: "refused" in desktop.tooltip() or len(desktop.items()) == 1, "its icon")
    tokentray.end()
    assert len(_told(desktop)) == 1


@pytest.fixture
def refusing_provider() -> Iterator[str]:
    """A provider on loopback that knows nobody's key; gives its address."""

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _told(desktop: Desktop) -> list[dict[str, str]]:
    return [shown for shown in desktop.notifications() if shown["summary"].startswith("OpenAI · work")]


def _response(number: int, tokens: int) -> str:
    line = {
        "type": "assistant",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "sessionId": "one",
        "requestId": f"req_{number}",
        "cwd": "/home/me/alpha",
        "uuid": f"u{number}",
        "message": {
            "id": f"msg_{number}",
            "model": "claude-opus-4-5",
            "role": "assistant",
            "usage": {
                "input_tokens": tokens,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": 0,
            },
        },
    }
    return json.dumps(line) + "\n"


def test_the_first_start_shows_what_was_found_and_the_next_one_does_not(desktop: Desktop, program: Start) -> None:
    first = program(settings={"welcomed": False})
    wait_until(lambda: desktop.windows(first.process.pid) == ["Overview – TokenTray"], "the window with the welcome")
    first.end()
    first.settings(welcomed=True)
    first.process = first.start()
    wait_until(lambda: len(desktop.items()) == 1, "an icon in the panel")
    assert desktop.windows(first.process.pid) == []
