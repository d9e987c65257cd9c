"""AuthorizationPolicy to CiliumNetworkPolicy."""
