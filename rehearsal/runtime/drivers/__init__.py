"""Drivers: what stands behind the provider packages, one module or folder each."""
