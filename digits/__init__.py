"""Handwritten digits read by a neural network written from scratch in NumPy."""

from digits.classifier import DigitClassifier, load
from digits.pictures import read as read_picture

__all__ = ["DigitClassifier", "load", "read_picture"]
__version__ = "1.0.0"
