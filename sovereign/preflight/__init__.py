"""What Hetzner's API says about a plan before a cent is spent: asked once, judged purely."""
