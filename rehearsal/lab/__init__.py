"""The lab: the rehearsal with real hosts, real SSH, real cloud-init and a real Kubernetes API, on
one Linux machine.

`docs/rehearsal.md` names every stand-in and what it does not show.
"""
