// Package control is the language between the octollm command and its supervisor: HTTP over a Unix socket, and the types that travel.
//
// It must not know how processes are kept.
package control
