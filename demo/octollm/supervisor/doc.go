// Package supervisor keeps OctoLLM's processes: the database, Redis, the orchestrator and the six arms. It starts them in order, restarts one when asked, breaks one on
// purpose, and ends them all. It has no restart policy, so that a crash stays a crash until somebody cures it.
//
// It must not know what the services do.
package supervisor
