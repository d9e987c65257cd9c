"""The lab's stand-in for k3s: etcd, kube-apiserver and kubectl are real, everything else is here.

`artifact.build` makes one executable of it, which the program's own scripts download, verify and
start unchanged. It takes k3s' options and says k3s' sentences; it runs no container, no kube-proxy
and no scheduler of Kubernetes. docs/rehearsal.md says what it therefore does not show.
"""
