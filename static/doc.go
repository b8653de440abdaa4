// Package static holds what browsers download: style sheets, ES modules, icons.
//
// Everything is embedded, addressed by a hash of its content and served as immutable. It must not know any page or route; handlers
// mount [Handler] and components ask [Path].
package static

//go:generate go run ./internal/ansicss
