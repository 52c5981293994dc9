"""How everything looks: colours for light and dark, fonts, and the one style sheet made from them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QStyleFactory, QWidget

from tokentray.paths import resource

# The grid. Distances are multiples of it, or half of it inside one line.
GRID = 8
CARD_RADIUS = 12
CONTROL_RADIUS = 8

OTHER = 8
"""The slot of "other" in `Look.series`."""

_USUAL_SYSTEM_POINTS = {"cocoa": 13.0, "windows": 9.0}
_FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")


@dataclass(frozen=True, slots=True)
class Look:
    """
    One set of colours. Pairs that carry text have a contrast of at least 4.5:1.

    `series` are eight colours of models and "other" last; `heat` goes from nothing to the most, five steps.
    `good`, `warn` and `bad` fill shapes; `good_text` and so on are their dark or light twins for words.
    """

    name: str
    ground: str
    card: str
    raised: str
    line: str
    grid: str
    track: str
    selected: str
    hover: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_text: str
    on_accent: str
    good: str
    warn: str
    bad: str
    good_text: str
    warn_text: str
    bad_text: str
    tip: str
    series: tuple[str, ...]
    heat: tuple[str, ...]

    @property
    def is_dark(self) -> bool:
        return self.name == "dark"


LIGHT = Look(
    name="light",
    ground="#f4f5f8",
    card="#ffffff",
    raised="#f7f8fa",
    line="#e5e7ee",
    grid="#e9ebf0",
    track="#e8eaf0",
    selected="#eceffb",
    hover="#f0f1f6",
    text="#171a21",
    muted="#5c667a",
    accent="#4663ee",
    accent_hover="#3a55da",
    accent_text="#3b55d9",
    on_accent="#ffffff",
    good="#12a594",
    warn="#f5a524",
    bad="#e5484d",
    good_text="#0b7568",
    warn_text="#8a5300",
    bad_text="#c2262e",
    tip="#ffffff",
    series=("#4f6df5", "#0d7a70", "#f8a53a", "#dd4a9b", "#5b3f90", "#43a6fe", "#808a2f", "#b3202f", "#a3abba"),
    heat=("#edeff3", "#cdd8fd", "#9db2fb", "#6c87f7", "#3f58d6"),
)

DARK = Look(
    name="dark",
    ground="#131519",
    card="#1b1e24",
    raised="#20242b",
    line="#2b2f38",
    grid="#2a2e37",
    track="#2a2e37",
    selected="#262b3a",
    hover="#22262e",
    text="#eceef3",
    muted="#98a1b2",
    accent="#7b93ff",
    accent_hover="#92a6ff",
    accent_text="#93a8ff",
    on_accent="#0f1220",
    good="#35d0bc",
    warn="#ffbd4a",
    bad="#ff6369",
    good_text="#35d0bc",
    warn_text="#ffbd4a",
    bad_text="#ff8589",
    tip="#262a33",
    series=("#7b93ff", "#1fc4b0", "#ffc24d", "#ff8f9f", "#a24cd0", "#8fd0ff", "#93a802", "#d0392f", "#7c8596"),
    heat=("#23262e", "#2b3766", "#3c50a0", "#5d78e6", "#93a8ff"),
)

TEXT_PAIRS = (
    *(
        (front, back)
        for front in ("text", "muted", "accent_text", "good_text", "warn_text", "bad_text")
        for back in ("ground", "card", "raised", "selected", "hover", "tip")
    ),
    ("text", "track"),
    ("muted", "track"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
)
"""Every pair of tokens that text is painted with: (words, what is behind them)."""


def look_of(widget: QWidget) -> Look:
    """The colours a widget should paint with now, by its palette."""
    return DARK if widget.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def ring_room() -> int:
    """How far inside its frame a link or a tick box begins: the room for its focus ring, as the sheet says."""
    return pixels(2) + 2


def apply_look(app: QApplication, theme: str = "system", *, text_scale: float | None = None) -> None:
    """
    Gives the whole application its style, palette, fonts and style sheet; harmless when repeated.

    `theme` is "system", "light" or "dark"; with "system" later changes of the system are followed. `text_scale`
    1.0 is the design's size, 2.0 is 200 %; None takes it from the system's font.
    """
    first = app.property("theme") is None
    if first:
        app.setProperty("system_is_dark", _is_dark(app.palette()))
        app.setProperty("text_scale", _system_text_scale(app))
        app.setStyle(QStyleFactory.create("Fusion"))
        load_fonts()
    if text_scale is not None:
        app.setProperty("text_scale", text_scale)
    app.setProperty("theme", theme)
    _paint(app)
    if first:
        app.styleHints().colorSchemeChanged.connect(_follow_system)


def system_is_dark() -> bool:
    """Whether the desktop, not our own theme, is dark; where it does not say, its palette before ours tells."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return False
    scheme = app.styleHints().colorScheme()
    if scheme != Qt.ColorScheme.Unknown:
        return scheme == Qt.ColorScheme.Dark
    kept = app.property("system_is_dark")
    return _is_dark(app.palette()) if kept is None else bool(kept)


def text_scale() -> float:
    """1.0 for the design's text size, 2.0 for 200 %. What is painted or sized by hand grows with it."""
    app = QApplication.instance()
    scale = app.property("text_scale") if app else None
    return float(scale) if scale else 1.0


def pixels(design: float) -> int:
    """A length of the design, grown with the text."""
    return round(design * text_scale())


def font(design_pixels: float = 13, weight: QFont.Weight = QFont.Weight.Normal, *, tabular: bool = True) -> QFont:
    """Our font at a size of the design in pixels (13 is the body), with figures of one width unless told otherwise."""
    made = QFont(QApplication.font())
    made.setPointSizeF(_points(design_pixels))
    made.setWeight(weight)
    if not tabular:
        made.unsetFeature(QFont.Tag("tnum"))
    return made


def label(text: str = "", role: str = "body", parent: QWidget | None = None) -> QLabel:
    """
    A plain-text label in one of the sheet's roles.

    figure 24, title 20, heading 15, body 13, strong 13, muted 12, good/warn/bad 12.
    """
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    if role == "figure":
        made.setFont(font(_SIZES[role], QFont.Weight.DemiBold, tabular=False))
    return made


def set_role(widget: QWidget, role: str) -> None:
    """Gives a widget another role of the sheet, at once."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def load_fonts() -> None:
    """Makes the bundled Inter known to Qt; without it the system's font is used."""
    if "Inter" not in QFontDatabase.families():
        for name in _FONT_FILES:
            QFontDatabase.addApplicationFont(resource(f"fonts/{name}"))


def colour(token: str, alpha: float = 1.0) -> QColor:
    """A token's colour with a part of its opacity."""
    made = QColor(token)
    made.setAlphaF(alpha)
    return made


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2.2 defines it: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


_SIZES = {"figure": 24, "title": 20, "heading": 15, "body": 13, "strong": 13, "muted": 12}


def _follow_system(scheme: Qt.ColorScheme) -> None:
    app = QApplication.instance()
    if isinstance(app, QApplication) and app.property("theme") == "system":
        app.setProperty("system_is_dark", scheme == Qt.ColorScheme.Dark)
        _paint(app)


def _paint(app: QApplication) -> None:
    if QGuiApplication.platformName() in ("windows", "cocoa"):
        # There title bars and file dialogs are drawn by the system and follow only this.
        scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        app.styleHints().setColorScheme(scheme.get(app.property("theme"), Qt.ColorScheme.Unknown))
    look = _chosen(app)
    sheet = _sheet(look)
    # Even the same sheet costs 0.3 s with an open window.
    if sheet != app.styleSheet():
        app.setFont(_base_font())
        app.setPalette(_palette(look))
        app.setStyleSheet(sheet)


def _chosen(app: QApplication) -> Look:
    theme = app.property("theme")
    dark = system_is_dark() if theme == "system" else theme == "dark"
    return DARK if dark else LIGHT


def _is_dark(palette: QPalette) -> bool:
    return palette.color(QPalette.ColorRole.Window).lightness() < 128


def _system_text_scale(app: QApplication) -> float:
    usual = _USUAL_SYSTEM_POINTS.get(QGuiApplication.platformName(), 11.0)
    return max(1.0, round(app.font().pointSizeF() / usual, 2))


def _points(design_pixels: float) -> float:
    # Qt's points are 1/72 inch on macOS and 1/96 inch elsewhere.
    per_pixel = 1.0 if QGuiApplication.platformName() == "cocoa" else 72 / 96
    return round(design_pixels * per_pixel * text_scale(), 2)


def _base_font() -> QFont:
    base = QFont("Inter") if "Inter" in QFontDatabase.families() else QFont(QApplication.font())
    base.setPointSizeF(_points(13))
    base.setFeature(QFont.Tag("tnum"), 1)
    return base


def _luminance(token: str) -> float:
    red, green, blue = (_linear(channel) for channel in QColor(token).getRgbF()[:3])  # type: ignore[index]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)


def _palette(look: Look) -> QPalette:
    role, made = QPalette.ColorRole, QPalette()
    for name, token in (
        (role.Window, look.ground),
        (role.WindowText, look.text),
        (role.Base, look.card),
        (role.AlternateBase, look.raised),
        (role.Text, look.text),
        (role.Button, look.raised),
        (role.ButtonText, look.text),
        (role.BrightText, look.bad_text),
        (role.ToolTipBase, look.tip),
        (role.ToolTipText, look.text),
        (role.PlaceholderText, look.muted),
        (role.Highlight, look.accent),
        (role.HighlightedText, look.on_accent),
        (role.Link, look.accent_text),
        (role.LinkVisited, look.accent_text),
        (role.Accent, look.accent),
        (role.Light, look.card),
        (role.Midlight, look.hover),
        (role.Mid, look.line),
        (role.Dark, look.muted),
        (role.Shadow, look.line),
    ):
        made.setColor(name, QColor(token))
    for name in (role.Text, role.WindowText, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, name, QColor(look.muted))
    return made


def _sheet(look: Look) -> str:
    tokens = {name: getattr(look, name) for name in look.__dataclass_fields__}
    sizes = {f"size_{role}": f"{_points(size)}pt" for role, size in _SIZES.items()}
    images = {name: resource(f"icons/{name}-{look.name}.svg").replace("\\", "/") for name in ("down", "up", "check")}
    lengths = {f"px{length}": f"{pixels(length)}px" for length in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32)}
    return _SHEET % {**tokens, **sizes, **images, **lengths}


_SHEET = """
QLabel { background: transparent; }
QLabel[role="figure"] { font-size: %(size_figure)s; font-weight: 600; }
QLabel[role="title"] { font-size: %(size_title)s; font-weight: 600; }
QLabel[role="heading"] { font-size: %(size_heading)s; font-weight: 600; }
QLabel[role="strong"] { font-weight: 500; }
QLabel[role="muted"] { font-size: %(size_muted)s; color: %(muted)s; }
QLabel[role="good"] { font-size: %(size_muted)s; color: %(good_text)s; }
QLabel[role="warn"] { font-size: %(size_muted)s; color: %(warn_text)s; }
QLabel[role="bad"] { font-size: %(size_muted)s; color: %(bad_text)s; }
QLabel[role="badge"] {
    font-size: %(size_muted)s; color: %(accent_text)s; background: %(selected)s;
    border-radius: %(px6)s; padding: %(px2)s %(px8)s;
}

QFrame[role="card"] { background: %(card)s; border: 1px solid %(line)s; border-radius: 12px; }
QFrame[role="sidebar"] { background: %(card)s; border: none; border-right: 1px solid %(line)s; }
QFrame[role="separator"] { background: %(line)s; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="notice"] { background: %(selected)s; border: 1px solid %(line)s; border-radius: 8px; }
QFrame[role="inset"] { background: %(raised)s; border: 1px solid %(line)s; border-radius: 8px; }
QFrame[role="segments"] { background: %(track)s; border: none; border-radius: 8px; }

QPushButton, QToolButton {
    background: %(raised)s; color: %(text)s; border: 1px solid %(line)s; border-radius: 8px;
    padding: %(px7)s %(px14)s; font-weight: 500;
}
QToolButton { padding: %(px6)s; }
QToolButton::menu-indicator { image: none; }
QPushButton:hover, QToolButton:hover { background: %(hover)s; }
QPushButton:pressed, QToolButton:pressed { background: %(track)s; }
QPushButton:disabled, QToolButton:disabled { color: %(muted)s; background: %(ground)s; }
QPushButton:focus, QToolButton:focus { border: 2px solid %(accent)s; padding: %(px6)s %(px12)s; }
QToolButton:focus { padding: %(px5)s; }
QPushButton[role="primary"] { background: %(accent)s; color: %(on_accent)s; border: 1px solid %(accent)s; font-weight: 600; }
QPushButton[role="primary"]:hover { background: %(accent_hover)s; border-color: %(accent_hover)s; }
QPushButton[role="primary"]:pressed { background: %(accent_hover)s; }
QPushButton[role="primary"]:disabled { background: %(track)s; color: %(muted)s; border-color: %(line)s; }
QPushButton[role="primary"]:focus { border: 2px solid %(text)s; }
QPushButton[role="danger"] { color: %(bad_text)s; }
QPushButton[role="flat"], QToolButton[role="flat"] { background: transparent; border: 2px solid transparent; padding: %(px4)s; }
QPushButton[role="flat"]:hover, QToolButton[role="flat"]:hover { background: %(hover)s; }
QPushButton[role="flat"]:focus, QToolButton[role="flat"]:focus { border: 2px solid %(accent)s; padding: %(px4)s; }
QPushButton[role="link"] {
    background: transparent; border: 2px solid transparent; color: %(accent_text)s; padding: %(px2)s; text-align: left;
}
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { border: 2px solid %(accent)s; border-radius: 6px; padding: %(px2)s; }
QPushButton[role="segment"] {
    background: transparent; border: 2px solid transparent; border-radius: 6px; color: %(muted)s;
    padding: %(px4)s %(px12)s; font-weight: 400;
}
QPushButton[role="segment"]:hover { color: %(text)s; }
QPushButton[role="segment"]:checked { background: %(card)s; color: %(text)s; font-weight: 600; }
QPushButton[role="segment"]:focus { border: 2px solid %(accent)s; padding: %(px4)s %(px12)s; }
QPushButton[role="nav"] {
    background: transparent; border: 2px solid transparent; border-radius: 8px; color: %(muted)s;
    padding: %(px6)s %(px10)s; text-align: left; font-weight: 500;
}
QPushButton[role="nav"]:hover { background: %(hover)s; color: %(text)s; }
QPushButton[role="nav"]:checked { background: %(selected)s; color: %(text)s; font-weight: 600; }
QPushButton[role="nav"]:focus { border: 2px solid %(accent)s; padding: %(px6)s %(px10)s; }
QPushButton[role="choice"] {
    background: %(raised)s; color: %(text)s; border: 2px solid transparent; border-radius: 8px;
    padding: %(px7)s %(px4)s; font-weight: 500;
}
QPushButton[role="choice"]:hover { background: %(hover)s; }
QPushButton[role="choice"]:checked { background: %(selected)s; border: 2px solid %(accent)s; font-weight: 600; }
QPushButton[role="choice"]:focus { border: 2px solid %(text)s; padding: %(px7)s %(px4)s; }
QPushButton[role="chip"] {
    background: %(selected)s; color: %(accent_text)s; border: 2px solid transparent; border-radius: 6px;
    padding: %(px2)s %(px8)s; font-weight: 500;
}
QPushButton[role="chip"]:hover { background: %(track)s; }
QPushButton[role="chip"]:focus { border: 2px solid %(accent)s; padding: %(px2)s %(px8)s; }

QDialog[role="finder"] { background: %(card)s; border: 1px solid %(line)s; border-radius: 12px; }
QDialog[role="finder"] QListView { border: none; }

QLineEdit, QPlainTextEdit, QComboBox, QSpinBox, QDateEdit {
    background: %(card)s; color: %(text)s; border: 1px solid %(line)s; border-radius: 8px; padding: %(px6)s %(px10)s;
    selection-background-color: %(accent)s; selection-color: %(on_accent)s;
}
QPlainTextEdit { padding: %(px3)s %(px6)s; }
QPlainTextEdit:focus { border: 2px solid %(accent)s; padding: %(px2)s %(px5)s; }
QPlainTextEdit[role="title"] { font-size: %(size_title)s; font-weight: 600; }
QTextBrowser { background: transparent; border: none; border-bottom: 2px solid transparent; }
QTextBrowser:focus { border-bottom: 2px solid %(accent)s; }
QFrame[role="field"] { background: %(card)s; border: 1px solid %(line)s; border-radius: 8px; }
QFrame[role="field"][focused="true"] { border: 2px solid %(accent)s; }
QFrame[role="field"] QLineEdit, QFrame[role="field"] QLineEdit:focus { border: none; padding: %(px2)s; background: transparent; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus { border: 2px solid %(accent)s; padding: %(px5)s %(px8)s; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDateEdit:disabled { color: %(muted)s; background: %(ground)s; }
QLineEdit, QPlainTextEdit { placeholder-text-color: %(muted)s; }
QComboBox { padding-right: %(px24)s; }
QComboBox:focus { padding-right: %(px24)s; }
QComboBox QLineEdit, QComboBox QLineEdit:focus, QSpinBox QLineEdit, QSpinBox QLineEdit:focus {
    border: none; padding: 0; background: transparent; }
QComboBox::drop-down, QDateEdit::drop-down { border: none; width: %(px24)s; }
QComboBox::down-arrow, QDateEdit::down-arrow { image: url("%(down)s"); width: %(px16)s; height: %(px16)s; }
QSpinBox::up-button, QDateEdit::up-button { border: none; background: transparent; width: %(px20)s; }
QSpinBox::down-button, QDateEdit::down-button { border: none; background: transparent; width: %(px20)s; }
QSpinBox::up-arrow { image: url("%(up)s"); width: %(px12)s; height: %(px12)s; }
QSpinBox::down-arrow { image: url("%(down)s"); width: %(px12)s; height: %(px12)s; }
QComboBox QAbstractItemView {
    background: %(card)s; border: 1px solid %(line)s; padding: %(px4)s; outline: none;
    selection-background-color: %(selected)s; selection-color: %(text)s;
}

QCheckBox { border: 2px solid transparent; border-radius: 6px; padding: %(px2)s; spacing: %(px8)s; }
QCheckBox:focus { border: 2px solid %(accent)s; }
QCheckBox:disabled { color: %(muted)s; }
QCheckBox::indicator {
    width: %(px14)s; height: %(px14)s; border: 1px solid %(muted)s; border-radius: 4px; background: %(card)s;
}
QCheckBox::indicator:checked { background: %(accent)s; border: 1px solid %(accent)s; image: url("%(check)s"); }

QTableView, QTreeView, QListView {
    background: %(card)s; alternate-background-color: %(raised)s; border: 1px solid %(line)s; border-radius: 8px;
    gridline-color: %(grid)s; selection-background-color: %(selected)s; selection-color: %(text)s; outline: none;
}
QTableView:focus, QTreeView:focus, QListView:focus { border: 2px solid %(accent)s; }
QListView[role="popup"], QListView[role="popup"]:focus { border: 1px solid %(line)s; border-radius: 0; padding: %(px2)s; }
QTableView::item, QTreeView::item, QListView::item { padding: %(px4)s %(px8)s; border: none; }
QTableView::item:selected, QTreeView::item:selected, QListView::item:selected { background: %(selected)s; color: %(text)s; }
QListView::item { min-height: %(px20)s; }
QListView[role="journal"], QListView[role="journal"]:focus { border: none; }
QHeaderView { background: %(raised)s; border: none; }
QHeaderView::section {
    background: %(raised)s; color: %(muted)s; border: none; border-bottom: 1px solid %(line)s;
    padding: %(px6)s %(px8)s; font-weight: 500;
}
QHeaderView::up-arrow, QHeaderView::down-arrow { image: none; width: 0; height: 0; }
QTableView[role="rows"]::item { padding: %(px4)s %(px16)s %(px4)s %(px8)s; }
QTableView[role="rows"] QHeaderView::section { padding: %(px6)s %(px16)s %(px6)s %(px8)s; }
QTableView[role="close rows"]::item { padding: %(px4)s %(px7)s %(px4)s %(px4)s; }
QTableView[role="close rows"] QHeaderView::section { padding: %(px6)s %(px7)s %(px6)s %(px4)s; }
QTableCornerButton::section { background: %(raised)s; border: none; }

QScrollArea, QScrollArea > QWidget > QWidget[role="page"] { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle { background: %(line)s; border-radius: 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: %(muted)s; }
QScrollBar[role="idle"]::handle, QScrollBar[role="idle"]::handle:hover { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: %(track)s; border: none; border-radius: 3px; max-height: %(px6)s; min-height: %(px6)s; }
QProgressBar[role="meter"] { max-height: %(px12)s; min-height: %(px4)s; }
QProgressBar::chunk { background: %(accent)s; border-radius: 3px; }

QMenu { background: %(card)s; color: %(text)s; border: 1px solid %(line)s; border-radius: 8px; padding: %(px4)s; }
QMenu::item { padding: %(px6)s %(px16)s; border-radius: 6px; }
QMenu::item:selected { background: %(selected)s; }
QMenu::item:disabled { color: %(muted)s; background: transparent; }
QMenu::separator { height: 1px; background: %(line)s; margin: %(px4)s %(px8)s; }
QToolTip { background: %(tip)s; color: %(text)s; border: 1px solid %(line)s; padding: %(px2)s; }
"""
