// Package kubernetes holds the promises about Kubernetes, proved against a real control plane: etcd, kube-apiserver with RBAC and an audit log,
// kube-controller-manager and kube-scheduler, and kwok, which plays the nodes with their logs and processes. Commands go the whole way: planned and recorded by
// internal/diagnostics, interpreted by `web run-child`, carried out by the kubectl beside it.
//
// `make test-kubernetes` builds all of that and runs the tests; without the build tag kubernetes there are none.
package kubernetes
