"""The part of k3s that makes a host a Node: it registers, is heard, and runs pods as processes.

A pod whose image is `lab.sovereign/<name>` is the program of that name, in the host's own
namespaces; no other image runs. Readiness and start-up probes count, liveness probes do not.
"""
