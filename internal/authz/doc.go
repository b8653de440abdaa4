// Package authz owns who may do what: roles, permissions and the actor that a
// request carries. Every service method asks Require in its first line, so that no
// handler, job or future API can forget it. It must not know how people sign in.
package authz
