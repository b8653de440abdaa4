// Package arm is one of OctoLLM's specialised services: it registers with the orchestrator and executes the tasks that are routed to it.
//
// It must not know the database: only the orchestrator does.
package arm
