"""What images go through before a network sees them, and how more of them are made."""

from digits.preprocessing.strokes import draw_digits, draw_outliers

__all__ = ["draw_digits", "draw_outliers"]
