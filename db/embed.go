// Package db carries the SQL that ships with the binary.
package db

import "embed"

// Migrations are goose migrations, applied in order of their numbers.
//
//go:embed migrations/*.sql
var Migrations embed.FS
