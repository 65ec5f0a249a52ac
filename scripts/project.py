"""Makes the clone that this file lies in importable, from any directory, installed or not."""

import sys
from pathlib import Path

# In front, so that a clone's scripts run the clone's package even where another is installed.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from digits.parallel import limit_blas_threads

limit_blas_threads()
