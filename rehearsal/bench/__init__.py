"""The benchmark: what the Sovereign's program costs beside a bare one, and beside the cloud's own
times.
"""
