"""Load balancing by DNS: PowerDNS Lua records, and the DNSEndpoint that carries them."""
