"""The page to draw on: whole in one file, or served with the package behind it."""
