#!/usr/bin/env python3
"""
Everything a builder needs, from a fresh clone, with nothing but Python:

    python3 packaging/dev.py run [ARGUMENTS…]    start TokenTray (the tray, or any command: run today)
    python3 packaging/dev.py test [ARGUMENTS…]   style, types, import contracts, all tests; arguments go to pytest alone
    python3 packaging/dev.py bench               measure against peers and plain Python, print the table
    python3 packaging/dev.py lock                resolve the dependencies anew into the lock files

The first two make .venv and install the pinned dependencies into it. On Linux they also look for the system libraries
that Qt needs: as root on a Debian-like system missing ones are installed, otherwise they are named.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import venv

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
DESKTOP = os.path.join(ROOT, "packaging", "desktop")
LONGEST_STEP_SECONDS = 30 * 60
SETS = ("requirements.txt", "requirements-board.txt", "requirements-dev.txt")

# What Qt's offscreen and xcb plug-ins load, and the Debian package that has it.
LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libbrotlidec.so.1": "libbrotli1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}


def main(arguments: list[str]) -> int:
    commands = {"run": run, "test": test, "bench": bench, "lock": lock}
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 2
    if sys.version_info < (3, 11):  # noqa: UP036  this file alone is started by whatever Python there is
        print(f"TokenTray needs Python 3.11 or newer; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    return commands[arguments[0]](arguments[1:])


def run(arguments: list[str]) -> int:
    """The program from this checkout."""
    make_environment("requirements-board.txt" if arguments[:1] == ["board"] else "requirements.txt")
    if not arguments or arguments[0] == "demo":
        find_libraries()
    command = [PYTHON, "-m", "tokentray", *arguments]
    if os.name != "nt":
        # In our place, so that whoever ends this ends the program.
        os.execve(PYTHON, command, environment())
    return subprocess.call(command, env=environment())


def test(arguments: list[str]) -> int:
    """The checks, cheapest first; all of them run, so that one look shows everything."""
    make_environment("requirements-dev.txt")
    find_libraries()
    if arguments:
        return subprocess.call([PYTHON, "-m", "pytest", *arguments], cwd=ROOT, env=offscreen())
    steps = [
        ("style", [tool("ruff"), "check", "."]),
        ("format", [tool("ruff"), "format", "--check", "."]),
        ("types", [tool("mypy")]),
        ("import contracts", [tool("lint-imports")]),
    ]
    failed = [name for name, command in steps if not step(name, command, environment())]
    if not step("tests", [PYTHON, "-m", "pytest", "-m", "not desktop"], offscreen()):
        failed.append("tests")
    if has_desktop():
        if not step("desktop tests", desktop_tests(), environment()):
            failed.append("desktop tests")
        if has_accessibility() and not step("desktop tests with a screen reader", heard_tests(), environment()):
            failed.append("desktop tests with a screen reader")
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall checks passed")
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """The table of ratios."""
    make_environment("requirements-dev.txt")
    find_libraries()
    return subprocess.call(
        [PYTHON, os.path.join(ROOT, "tests", "benchmarks", "table.py"), *arguments], env=environment()
    )


def lock(_arguments: list[str]) -> int:
    """Resolve anew for all systems; needs the program uv."""
    common = [
        "uv",
        "pip",
        "compile",
        "pyproject.toml",
        "--universal",
        "--generate-hashes",
        "--no-annotate",
        "--no-header",
    ]
    common += ["--python-version", "3.11", "--upgrade"]
    board, dev = ["--extra", "board"], ["--group", "dev"]
    for extra, file in zip(([], board, [*board, *dev]), SETS, strict=True):
        subprocess.run([*common, *extra, "-o", os.path.join("packaging", file)], cwd=ROOT, check=True)
    return 0


def make_environment(requirements: str) -> None:
    """.venv with exactly the locked versions; made anew when Python or a lock file has changed."""
    lock_file = os.path.join(ROOT, "packaging", requirements)
    with open(lock_file, "rb") as file:
        state = f"{requirements} {sys.version_info[:2]} {hashlib.sha256(file.read()).hexdigest()}"
    stamp = os.path.join(VENV, "tokentray-stamp")
    present = read(stamp)
    # The builders' set contains the board's, and that contains the users' one.
    larger = SETS[SETS.index(requirements) + 1 :]
    if present == state or present.startswith(larger):
        return
    print("Installing the pinned dependencies into .venv (once) …", file=sys.stderr)
    make_venv()
    pip = [
        PYTHON,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--require-hashes",
        "-r",
        lock_file,
    ]
    if subprocess.call(pip, stdout=sys.stderr) != 0:
        sys.exit("The dependencies could not be installed: is there a network? Then run the command again.")
    # Our own modules are found through the environment (see environment()), and by a plain `.venv/bin/tokentray`.
    site = subprocess.check_output([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True)
    with open(os.path.join(site.strip(), "tokentray-checkout.pth"), "w", encoding="utf-8") as file:
        file.write(ROOT + "\n")
    write_command()
    with open(stamp, "w", encoding="utf-8") as file:
        file.write(state)


def make_venv() -> None:
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        if not (apt_is_usable() and install(["python3-venv"])):
            sys.exit("Python's venv module is incomplete here. On Debian and Ubuntu: apt-get install python3-venv")
        venv.create(VENV, with_pip=True, clear=True)


def write_command() -> None:
    """`.venv/bin/tokentray`, the same entry point that an installed package has."""
    if os.name == "nt":
        return
    path = os.path.join(BIN, "tokentray")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!{PYTHON}\nimport sys\nfrom tokentray.__main__ import main\nsys.exit(main())\n")
    os.chmod(path, 0o755)  # noqa: S103  a command is for everybody who may read the checkout


def find_libraries() -> None:
    """On Linux: what Qt needs from the system."""
    if not sys.platform.startswith("linux"):
        return
    missing = [package for library, package in LIBRARIES.items() if not loads(library)]
    if not has_fonts():
        missing.append("fonts-dejavu-core")
    if missing and not (apt_is_usable() and install(missing)):
        print("Qt needs system libraries that are missing here. On Debian and Ubuntu:", file=sys.stderr)
        print("  apt-get install --no-install-recommends " + " ".join(missing), file=sys.stderr)


def has_desktop() -> bool:
    """Whether the desktop tests can run: on Linux with Xvfb, a panel, a keyring; as root they are installed."""
    if not sys.platform.startswith("linux") or not os.path.exists(os.path.join(DESKTOP, "session.sh")):
        return False
    programs = ("Xvfb", "openbox", "xfce4-panel", "dunst", "gnome-keyring-daemon", "xdotool", "import", "gdbus")
    if not all(shutil.which(program) for program in programs) and apt_is_usable():
        print("Installing a small desktop for the desktop tests …", file=sys.stderr)
        subprocess.call(["bash", os.path.join(DESKTOP, "install.sh"), "desktop"], stdout=sys.stderr)
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        print(
            f"\n== desktop tests: left out, missing here: {', '.join(missing)} (packaging/desktop/install.sh desktop)"
        )
    return not missing


def desktop_tests() -> list[str]:
    return ["bash", os.path.join(DESKTOP, "session.sh"), "--", PYTHON, "-m", "pytest", "-m", "desktop"]


def heard_tests() -> list[str]:
    """
    Those that listen on the accessibility bus, on a desktop of their own.

    In one session with the keyring's tests, listening has been seen to block: it seems that the keyring's prompt, which those open, does
    not answer on that bus.
    """
    names = ("test_journal_keyboard.py", "test_quick_card.py", "test_team.py")
    heard = [os.path.join("tests", "desktop", name) for name in names]
    return ["bash", os.path.join(DESKTOP, "session.sh"), "--a11y", "--", PYTHON, "-m", "pytest", *heard]


def has_accessibility() -> bool:
    return os.path.exists("/usr/share/dbus-1/services/org.a11y.Bus.service")


def step(name: str, command: list[str], env: dict[str, str]) -> bool:
    """Whether it succeeded; what hangs is ended with all that it has started."""
    print(f"\n== {name}", flush=True)
    process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=os.name != "nt")
    try:
        return process.wait(LONGEST_STEP_SECONDS) == 0
    except subprocess.TimeoutExpired:
        print(f"{name}: ended after {LONGEST_STEP_SECONDS // 60} minutes", flush=True)
        return False
    finally:
        if process.poll() is None:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def tool(name: str) -> str:
    return os.path.join(BIN, name)


def environment() -> dict[str, str]:
    # Compiled modules are kept even where the machine says otherwise: starting quickly is a feature.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept["PYTHONPATH"] = ROOT
    return kept


def offscreen() -> dict[str, str]:
    return {**environment(), "QT_QPA_PLATFORM": "offscreen"}


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_fonts() -> bool:
    for folder in ("/usr/share/fonts", "/usr/local/share/fonts", os.path.expanduser("~/.local/share/fonts")):
        for _path, _folders, files in os.walk(folder):
            if any(name.endswith((".ttf", ".otf", ".ttc")) for name in files):
                return True
    return False


def apt_is_usable() -> bool:
    return sys.platform.startswith("linux") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str]) -> bool:
    print("Installing system packages: " + " ".join(packages), file=sys.stderr)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.call(["apt-get", "-qq", "update"], env=env, stdout=sys.stderr)
    command = ["apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages]
    return subprocess.call(command, env=env, stdout=subprocess.DEVNULL) == 0


def read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
