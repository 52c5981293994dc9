"""Our own log: what went wrong, without keys and without a line of anybody's text."""

from __future__ import annotations

import logging
import os
import re
from logging.handlers import RotatingFileHandler

LARGEST = 1_000_000
LOGGER = "tokentray"

# A second belt: keys are ApiKey, which prints dots. Here goes whatever slipped into a foreign message.
SECRETS = (
    (re.compile(r"\b(?:sk|pk|rk|xai|gsk|ghp|gho|github_pat|AIza)[-_][A-Za-z0-9_\-]{8,}"), "••••"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s'\",]{6,}"), r"\1 ••••"),
    (
        re.compile(
            r"(?i)\b((?:x-api-key|api[_-]?key|authorization|password|secret|token)['\"]?\s*[:=]\s*['\"]?)(?!bearer|basic)[^\s'\",}]{6,}"
        ),
        r"\1••••",
    ),
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"), "••••"),
    (re.compile(r"\b(?=[A-Za-z0-9_]*[0-9])(?=[A-Za-z0-9_]*[A-Za-z])[A-Za-z0-9_]{40,}\b"), "••••"),
)


def start_log(path: str) -> None:
    """
    Lets everything logged below "tokentray" go into one file of at most 1 MB, and the one before it. Asking twice is harmless.

    A log that cannot be written is no reason to stop: then nothing is logged.
    """
    logger = logging.getLogger(LOGGER)
    if any(isinstance(handler, RotatingFileHandler) for handler in logger.handlers):
        return
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=LARGEST, backupCount=1, encoding="utf-8", delay=True, errors="backslashreplace"
        )
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(scrub)
    # A full disk must not fill the terminal with the logging library's own complaints.
    handler.handleError = _say_nothing  # type: ignore[method-assign]
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def stop_log() -> None:
    """Closes the log's file."""
    logger = logging.getLogger(LOGGER)
    for handler in [handler for handler in logger.handlers if isinstance(handler, RotatingFileHandler)]:
        logger.removeHandler(handler)
        handler.close()
    logger.propagate = True


def log_bug(path: str, error: BaseException) -> None:
    """An error of ours with its traceback: into the log at `path`."""
    start_log(path)
    logging.getLogger(LOGGER).critical("a bug", exc_info=error)


def scrub(record: logging.LogRecord) -> bool:
    """A logging filter that lets everything through, without secrets."""
    record.msg, record.args = scrubbed(record.getMessage()), ()
    if record.exc_info:
        record.exc_text = scrubbed(logging.Formatter().formatException(record.exc_info))
    return True


def scrubbed(text: str) -> str:
    """The text with dots in place of what looks like a key, and `~` for the person's home."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    home = os.path.expanduser("~")
    return text.replace(home, "~") if len(home) > 1 else text


def _say_nothing(record: logging.LogRecord) -> None:
    pass
