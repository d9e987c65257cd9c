"""The program run without an engine, and everything it registered as plain data.

A monitor of our own keeps the raw requests, which Pulumi's mocks hide (options, secret signatures:
pulumi#14421), answers as the providers would, and refuses what mocks let pass (duplicate URNs).
Assertions run on the returned `Recording`, after every output has resolved.
"""

from tests.recording.monitor import CLUSTER_PASSWORD, K3S_YAML, Answer, Monitor
from tests.recording.registrations import (
    CLUSTER_SECRET,
    COMMAND,
    RELEASE,
    SERVER,
    UNKNOWN,
    Recording,
    Registration,
    Secret,
    reveal,
)
from tests.recording.runs import HCLOUD_TOKEN, SEED, record, session

__all__ = [
    "CLUSTER_PASSWORD",
    "CLUSTER_SECRET",
    "COMMAND",
    "HCLOUD_TOKEN",
    "K3S_YAML",
    "RELEASE",
    "SEED",
    "SERVER",
    "UNKNOWN",
    "Answer",
    "Monitor",
    "Recording",
    "Registration",
    "Secret",
    "record",
    "reveal",
    "session",
]
