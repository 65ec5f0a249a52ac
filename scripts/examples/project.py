"""Makes the clone importable for the examples, as `scripts/project.py` does for the commands.

That what it needs is installed is looked at here, because an example imports NumPy at once.
"""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).resolve().parent.parent / "project.py"))

from digits.__main__ import expect_requirements  # noqa: E402  (it needs the line above)

expect_requirements()
