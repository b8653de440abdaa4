// Package app is the composition root: it opens the database, builds the services, wires
// them to each other and runs them in order. main and the end-to-end tests use it. It must
// not decide anything that a service could decide.
package app
