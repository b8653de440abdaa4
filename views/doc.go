// Package views turns display-ready view models into HTML.
//
// It owns the look of every page: plain structs whose fields are exactly what is displayed, and the templ components that draw
// them. It must not know where the values come from: it imports templ and the standard library only, asks nobody for anything and
// decides nothing about permissions beyond "this flag is set, so the button is there".
//
// Conventions:
//
//   - A region that changes while somebody looks at it is an exported component of its own with a fixed element id and the
//     attribute data-live, so that the same component can be rendered alone and pushed. Such a region never holds inputs that a
//     person edits, log output, or a <details>: replacing it must not destroy anybody's work.
//   - Every form works without JavaScript and carries a fresh idempotency key.
//   - No inline style, script or handler: the pages are served under a strict Content-Security-Policy.
package views
