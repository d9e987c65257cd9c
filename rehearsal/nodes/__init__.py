"""The node model: what booted servers would do, computed from what they were really given."""
