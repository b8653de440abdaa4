// Package e2e holds the promises that Wardroom makes, one file each, walked in a real
// browser against a real PostgreSQL, Redis, Prometheus, Alertmanager and OctoLLM. They use
// free ports and their own data, so that they run beside a running `make run`.
package e2e
