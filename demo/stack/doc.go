// Package stack owns a whole Wardroom with something to watch on one machine: the small OctoLLM, Prometheus and Alertmanager with the rules of deploy/, a Redis, the
// environments file that says where all of it is, and Wardroom's own process. It starts them in order, and ends them in the other — also those that an earlier start
// left running when it was killed.
//
// It must not know what the parts do; bin/demo and the end-to-end tests are its callers.
package stack
