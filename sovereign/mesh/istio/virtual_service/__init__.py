"""VirtualService to HTTPRoute."""
