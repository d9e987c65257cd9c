"""What is seen of the cluster: Hubble sees the network, OpenTelemetry the applications, the Grafana
stack keeps both.
"""
