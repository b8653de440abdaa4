// Package redis starts a private Redis on the loopback address: the demo's own, or Wardroom's when none is configured.
//
// It must not know what is stored in it.
package redis
