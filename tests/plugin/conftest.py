"""Stacks to try programs on, as the tests of the embedded runtime have them."""

from tests.rehearsal.runtime.conftest import bench

__all__ = ["bench"]
