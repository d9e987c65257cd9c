"""DestinationRule to CiliumEnvoyConfig, CiliumNetworkPolicy and Services."""
