"""The review of a change before it is merged: what it does to nodes, quorum, cost and limits, and
one verdict.

Facts (what a preview said) -> `Review` -> Markdown or JSON is pure. Bringing the base revision up,
git and the real engine are apart: `revision`, `embedded`, `live`, `command`.
"""
