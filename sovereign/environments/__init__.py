"""Environments: a stack file each. Writing a new one, and what differs between two and why."""
