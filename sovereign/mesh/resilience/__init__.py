"""Circuit breakers, timeouts and retries between services, as Envoy configuration that Cilium's
agent loads.

One service has one CiliumEnvoyConfig: breaker, timeout and retries of a service are arguments of
one call. Limits count per node, for Cilium runs one Envoy on each.
"""
