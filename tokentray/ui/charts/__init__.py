"""Charts painted with QPainter, the same for screen, PNG and SVG."""
