"""Digits from whatever they are kept in, and to a digits CSV."""

from digits.formats.csv_writer import write_csv
from digits.formats.idx_writer import write_idx
from digits.formats.sources import expanded, read, read_labelled

__all__ = ["expanded", "read", "read_labelled", "write_csv", "write_idx"]
