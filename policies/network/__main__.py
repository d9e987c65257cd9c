"""The policy pack `network`. Building it starts a server and blocks: rules live elsewhere."""

from pulumi_policy import PolicyPack
from rules import RULES
from rules.framework.adapter import policies

PolicyPack("network", policies=policies("network", RULES))
