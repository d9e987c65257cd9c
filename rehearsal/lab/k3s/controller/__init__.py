"""What kube-controller-manager, the scheduler and k3s' own controllers do, as far as a rehearsal
needs it: one pass over everything whenever something changed. It runs on one server at a time.
"""
