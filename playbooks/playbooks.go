// Package playbooks holds the Markdown playbooks that ship with Wardroom. It must
// not know how they are read: internal/playbooks does that.
package playbooks

import "embed"

// Files are the shipped playbooks.
//
//go:embed *.md
var Files embed.FS
