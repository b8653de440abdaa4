// Package handlers owns HTTP: the one table of routes with what each needs, middleware,
// forms, the mapping of services' values to view models and of errors to pages, and the
// websocket. Handlers authenticate; services authorise. It must not know SQL, nor how
// anything is done: a handler calls one or two services and renders.
package handlers
