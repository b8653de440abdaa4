// Package orchestrator is the heart of OctoLLM: it takes tasks, routes each to the arm that fits, and keeps them, the arms and what was learnt in its database.
//
// It must not know how its own process or the arms' are started.
package orchestrator
