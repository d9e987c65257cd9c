"""Driver of the package `hcloud`, through Hetzner's own Python client."""
