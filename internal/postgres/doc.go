// Package postgres owns the connection to PostgreSQL: the pool, transactions that
// announce only after commit, the mapping of database errors to errs kinds, and the
// migrations. It must not know what is stored: sqlc's generated queries are in dbgen,
// their SQL in db/queries. Subpackage embedded runs a private PostgreSQL.
package postgres
