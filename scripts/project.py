"""Makes the clone that this file lies in importable, from any directory, installed or not.

And answers Ctrl-C from here on, so it takes `os.path`, which is there, and not `pathlib`.
"""

import os
import sys

# In front, so that a clone's scripts run the clone's package even where another is installed.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

from digits.start import answer_ctrl_c, limit_blas_threads

limit_blas_threads()
if __name__ == "project":  # imported by a command, and not run for an example
    answer_ctrl_c()
