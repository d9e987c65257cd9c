"""Run a Python module that dies with whoever started it.

Started as a file (`python -u leash.py <module> <arguments>`), possibly with another environment's
Python, so it uses the standard library only. Standard input is a pipe from the parent: when it
ends, the parent is gone, and so is this process. A policy pack would otherwise serve for ever.
"""

import os
import runpy
import sys
import threading


def hold(code: int) -> None:
    """Leave as soon as standard input ends."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        os._exit(code)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    hold(code=1)
    sys.path[0] = str(os.getcwd())  # noqa: PTH109 - as `python -m` does it
    module = sys.argv[1]
    sys.argv = [module, *sys.argv[2:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
