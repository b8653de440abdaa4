// Package inventory answers whether something of that name is there right now: a pod, a
// deployment, a namespace in an environment's cluster. It looks for one object by its
// name, in the environment's own namespaces, with the environment's own kubeconfig, and
// takes nothing from the process's environment or from a cluster that it may run in.
//
// It must not know commands, incidents or why somebody asks, and it changes nothing.
package inventory
