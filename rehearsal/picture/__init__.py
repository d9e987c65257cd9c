"""A Sovereign as one page: what is planned, what the last up did, what it looks like."""
