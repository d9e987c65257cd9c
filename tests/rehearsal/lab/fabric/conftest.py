"""One lab for all tests of a module."""

from tests.rehearsal.lab.hosts.conftest import lab

__all__ = ["lab"]
