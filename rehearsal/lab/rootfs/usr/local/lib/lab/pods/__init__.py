"""What runs in the lab's pods: stand-ins for Cilium, Hetzner's cloud controller and what k3s
brings, one module each. They run on a host of the lab with Debian's Python and nothing else.
"""
