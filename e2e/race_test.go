//go:build race

package e2e

// buildFlags give the server the race detector when the tests have it.
var buildFlags = []string{"-race"}
