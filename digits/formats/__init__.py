"""Digits from whatever they are kept in, and to a digits CSV."""

from digits.formats.csv_writer import write_csv
from digits.formats.sources import read, read_labelled

__all__ = ["read", "read_labelled", "write_csv"]
