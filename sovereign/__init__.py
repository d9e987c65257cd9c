"""Sovereign: a Kubernetes cluster of your own on Hetzner Cloud, as a Pulumi program.

Read in this order: `__main__.py`, `plan/model.py`, `components/sovereign.py`, `outputs.py`.
"""
