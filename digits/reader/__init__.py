"""A digit reader: trained by a recipe, saved, loaded, asked about pictures, and judged."""

from digits.reader.classifier import DigitClassifier, Reading, load
from digits.reader.settings import Settings, settings_of

__all__ = ["DigitClassifier", "Reading", "Settings", "load", "settings_of"]
