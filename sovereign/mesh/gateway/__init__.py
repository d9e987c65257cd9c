"""Gateway API objects: the way into the cluster. Class `cilium`; definitions of the version that
the Cilium line needs are installed by the Sovereign before Cilium's operator.
"""
