"""What images go through before a network sees them, and how more of them are made."""

from digits.preprocessing.strokes import draw_digits

__all__ = ["draw_digits"]
