#!/usr/bin/env python3
"""`digits draw`, from a clone that is not installed."""

import project

from digits.__main__ import run

if __name__ == "__main__":
    raise SystemExit(run("draw"))
