"""Named sets of Cilium values: the Sovereign's own, and one for a home laboratory."""
