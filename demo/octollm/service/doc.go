// Package service is what every OctoLLM service has in common: its listener, /health, /capabilities and /metrics, its log lines, its end.
//
// It must not know what a service is for.
package service
