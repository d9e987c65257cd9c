"""The files that run on nodes or are written to them, each with its real extension.

Scripts are POSIX sh. Those sent over SSH read an environment file (``NAME='value'`` lines) from
stdin, so that no secret is ever an argument; the others take arguments. This package holds no code.
"""
