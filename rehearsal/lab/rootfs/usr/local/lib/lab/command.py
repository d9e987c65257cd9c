#!/usr/bin/python3 -sE
"""Every command that the lab puts on a host in the place of Debian's or systemd's is a link to this
file, which does what its name says.
"""

import runpy

if __name__ == "__main__":
    runpy.run_module("host", run_name="__main__")
