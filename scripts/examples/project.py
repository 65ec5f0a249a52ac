"""Makes the clone importable for the examples: what `scripts/project.py` does, a folder deeper."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).resolve().parent.parent / "project.py"))
