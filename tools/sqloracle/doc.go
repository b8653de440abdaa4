// Package sqloracle holds the classifier of SQL in internal/shell against
// PostgreSQL's own grammar. It has tests only, in a module of its own: the grammar
// is libpg_query as WebAssembly, which takes a second and 250 MB to load, and so has
// no place in the server or in the process of a run (docs/adr/0002).
package sqloracle
