"""What runs on a host of the lab in systemd's place: the first process, its service manager, and
the commands that ask it. Stand-ins record what they were asked and did not do.

Debian's Python and its standard library, nothing else: this directory is part of the layer over the
hosts' root, where it is the package `host`.
"""
