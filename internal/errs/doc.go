// Package errs owns the kinds of errors that people can meet and the sentence
// they may read about them. It must not know HTTP or the database: one mapper in
// internal/handlers turns a Kind into a status, one in internal/postgres turns a
// database error into a Kind.
package errs
