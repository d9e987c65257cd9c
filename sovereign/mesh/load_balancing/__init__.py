"""How a Service gets an address from outside: Hetzner's load balancer, DNS, or ARP."""
