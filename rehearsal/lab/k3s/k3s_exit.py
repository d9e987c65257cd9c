"""Ends of a start."""


class Fatal(Exception):
    """k3s ends with this sentence; its unit starts it again."""


class Unreachable(Exception):
    """No server answers; an agent tries again."""
