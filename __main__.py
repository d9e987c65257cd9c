"""Sovereign: configuration -> plan -> components -> outputs."""

from sovereign.program import run

run()
