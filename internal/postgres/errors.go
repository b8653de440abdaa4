package postgres

import (
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wardroom/internal/errs"
)

// SQLSTATE codes, https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	uniqueViolation     = "23505"
	foreignKeyViolation = "23503"
	checkViolation      = "23514"
	serializationFailed = "40001"
	deadlockDetected    = "40P01"
)

// MapError gives a database error its errs kind; other errors pass unchanged.
func MapError(err error) error {
	if err == nil {
		return nil
	}
	if _, ours := errors.AsType[*errs.Error](err); ours {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return errs.Wrap(errs.NotFound, "There is no such thing here.", err)
	}
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		return mapCode(pgErr, err)
	}
	if connectErr, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return errs.Wrap(errs.Unavailable, "The database does not answer. Try again in a moment.", connectErr)
	}
	return err
}

func mapCode(pgErr *pgconn.PgError, err error) error {
	switch pgErr.Code {
	case uniqueViolation:
		return errs.Wrap(errs.Conflict, "This exists already.", err)
	case foreignKeyViolation:
		return errs.Wrap(errs.NotFound, "Something that this belongs to does not exist.", err)
	case checkViolation:
		return errs.Wrap(errs.Invalid, "A value is out of its bounds.", err)
	case serializationFailed, deadlockDetected:
		return errs.Wrap(errs.Conflict, "Somebody changed this at the same moment. Try again.", err)
	}
	switch pgErr.Code[:2] {
	case "08", "53", "57": // connection, resources, operator intervention
		return errs.Wrap(errs.Unavailable, "The database does not answer. Try again in a moment.", err)
	}
	return err
}

// IsUnique says whether err is a violation of the named unique constraint or index.
func IsUnique(err error, constraint string) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pgErr.Code == uniqueViolation && pgErr.ConstraintName == constraint
}
