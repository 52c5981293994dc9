"""Whether windows may be see-through here; without a compositor what should be clear is black."""

from __future__ import annotations

import ctypes

from PySide6.QtGui import QGuiApplication


def can_be_translucent() -> bool:
    """On X11 whether the screen's compositor runs now; elsewhere always."""
    if QGuiApplication.platformName() != "xcb":
        return True
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return False
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XGetSelectionOwner.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    if not display:
        return False
    atom = ctypes.c_ulong(x11.XInternAtom(display, b"_NET_WM_CM_S0", 0))
    owner = x11.XGetSelectionOwner(display, atom)
    x11.XCloseDisplay(display)
    return bool(owner)
