"""What release 0.1.0 of the package sovereign reads outputs with; only its imports are renamed."""
