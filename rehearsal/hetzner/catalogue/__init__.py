"""What Hetzner offers: locations, server types, images, load balancer types, prices. Data only."""
