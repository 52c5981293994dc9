"""A headless Chromium to look at pages with: screenshots of any width, light and dark, print, and what its console says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None or os.name == "nt", reason="Chromium is not installed here, so the pages are not looked at"
)

PATIENCE_SECONDS = 120
LONGEST_PICTURE = 12_000
OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)


@dataclass
class Browser:
    """
    One tab, spoken to over two pipes in the DevTools protocol; a page's complaints are collected in `complaints`.

    A complaint is a console message, an uncaught error, a refused or failed load: anything a visitor's developer tools would show.
    """

    send_to: int
    read_from: Iterator[dict[str, Any]]
    session: str = ""
    complaints: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)
    number: int = 0

    def open(self, address: str, *, width: int = 1200, dark: bool = False) -> None:
        """Waits until the page and all that belongs to it is loaded."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 2, "mobile": width < 600}
        self.ask("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", media="", features=[scheme])
        self.ask("Page.navigate", url=address)
        self._until("Page.loadEventFired")

    def picture(self, path: Path, height: int = LONGEST_PICTURE) -> None:
        """A PNG of the page from its top, whole unless it is longer than `height`."""
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height), "scale": 1}
        data = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        path.write_bytes(b64decode(data))

    def print(self, path: Path) -> None:
        """A PDF on A4 as the page's own print rules say."""
        data = self.ask("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=False)["data"]
        path.write_bytes(b64decode(data))

    def text(self) -> str:
        """What a person reads: the page's visible words."""
        return str(self.value("document.body.innerText"))

    def value(self, expression: str) -> Any:
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def overflowing(self) -> list[str]:
        """Elements whose words are cut off, or that reach over the window's right edge."""
        return list(self.value(OVERFLOWING))

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.number += 1
        call = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            call["sessionId"] = self.session
        os.write(self.send_to, json.dumps(call).encode() + b"\0")
        for said in self.read_from:
            if said.get("id") == self.number:
                assert "error" not in said, (method, said["error"])
                return dict(said["result"])
            self._note(said)
        raise AssertionError("Chromium ended")

    def _until(self, method: str) -> None:
        for said in self.read_from:
            self._note(said)
            if said.get("method") == method:
                return
        raise AssertionError("Chromium ended")

    def _note(self, said: dict[str, Any]) -> None:
        about = said.get("params", {})
        match said.get("method"):
            case "Log.entryAdded":
                self.complaints.append(f"{about['entry']['source']}: {about['entry']['text']}")
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(about)[:500])
            case "Network.requestWillBeSent":
                self.requested.append(about["request"]["url"])
            case "Network.responseReceived" if about["response"]["status"] >= 400:
                self.complaints.append(f"{about['response']['status']} {about['response']['url']}")
            case "Network.loadingFailed":
                self.complaints.append(f"not loaded: {about.get('errorText')}")


# Scrollable boxes may be wider than they show; everything else must fit, down to the words in a picture.
OVERFLOWING = """
(() => {
  const found = [];
  const wide = document.documentElement.clientWidth;
  for (const one of document.body.querySelectorAll("*")) {
    if (one.closest(".unseen, .skip, .scroll, pre, details:not([open])")) continue;
    const box = one.getBoundingClientRect();
    if (box.width === 0) continue;
    const words = (one.textContent || "").trim().slice(0, 40);
    if (box.right > wide + 1 || box.left < -1) found.push(`${one.tagName} over the edge: ${words}`);
    else if (one.tagName !== "svg" && !one.closest("svg") && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
      found.push(`${one.tagName} cut off: ${words}`);
  }
  return found;
})()
"""


# The protocol's pipes are Chromium's file descriptors 3 and 4, whatever they are here.
PIPES = """
import fcntl, os, sys
taken = [fcntl.fcntl(int(pipe), fcntl.F_DUPFD, 10) for pipe in sys.argv[1:3]]
for pipe, place in zip(taken, (3, 4)):
    os.dup2(pipe, place)
os.execv(sys.argv[3], sys.argv[3:])
"""


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A fresh Chromium whose profile is in `folder`; it is ended when the block is left, or when it hangs."""
    to_chromium, send_to = os.pipe()
    read_from, from_chromium = os.pipe()

    command = [sys.executable, "-c", PIPES, str(to_chromium), str(from_chromium), str(CHROMIUM), *OPTIONS]
    process = subprocess.Popen(
        [*command, f"--user-data-dir={folder}", "about:blank"],
        pass_fds=(to_chromium, from_chromium),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder), "TZ": "Europe/Berlin", "LANG": "C.UTF-8"},
    )
    os.close(to_chromium)
    os.close(from_chromium)
    hung = threading.Timer(PATIENCE_SECONDS, process.kill)
    hung.start()
    try:
        tab = Browser(send_to, _messages(read_from))
        target = tab.ask("Target.createTarget", url="about:blank")["targetId"]
        tab.session = tab.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for area in ("Page", "Log", "Runtime", "Network"):
            tab.ask(f"{area}.enable")
        yield tab
    finally:
        hung.cancel()
        process.kill()
        process.wait()
        os.close(send_to)
        os.close(read_from)


def _messages(read_from: int) -> Iterator[dict[str, Any]]:
    held = b""
    while data := os.read(read_from, 1 << 16):
        *whole, held = (held + data).split(b"\0")
        yield from map(json.loads, whole)
