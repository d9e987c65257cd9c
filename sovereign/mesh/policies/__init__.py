"""Network policies of Cilium: closed by default, opened to named callers."""
