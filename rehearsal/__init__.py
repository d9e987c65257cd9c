"""The rehearsal: the program's whole life on one machine, without an account.

Beside the program, never imported by it, with one exception: the `sovereign` command imports
`rehearsal.command` when somebody asks for a rehearsal. It may read `sovereign.plan` only.

`hetzner` simulates Hetzner's API, `nodes` models what booted servers do, `runtime` runs the
unmodified program through Pulumi's own protocols.
"""
