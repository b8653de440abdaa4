package auth

import (
	"log/slog"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// Service is the one door to people, sessions and links.
type Service struct {
	db     *postgres.DB
	log    *slog.Logger
	hasher *hasher
}

// New returns a service on db. Deadlines are compared in the database, by its clock.
func New(db *postgres.DB, log *slog.Logger) *Service {
	return &Service{db: db, log: log, hasher: newHasher()}
}

// User is a person.
type User struct {
	ID          uuid.UUID
	Name        string // what they sign in with
	DisplayName string // what others see
	Email       string
	Role        authz.Role
	Theme       string // auto, light or dark
	CreatedAt   time.Time
	LastSeenAt  *time.Time
	DisabledAt  *time.Time
}

// Actor is the person as the one who acts.
func (u User) Actor() authz.Actor {
	return authz.Actor{ID: u.ID, Login: u.Name, Name: u.DisplayName, Role: u.Role}
}

// Disabled says whether the person is locked out.
func (u User) Disabled() bool { return u.DisabledAt != nil }

func userFrom(row dbgen.User) User {
	return User{
		ID: row.ID, Name: row.Name, DisplayName: row.DisplayName, Email: row.Email, Role: authz.Role(row.Role),
		Theme: row.Theme, CreatedAt: row.CreatedAt, LastSeenAt: row.LastSeenAt, DisabledAt: row.DisabledAt,
	}
}

func usersFrom(rows []dbgen.User) []User {
	users := make([]User, len(rows))
	for i, row := range rows {
		users[i] = userFrom(row)
	}
	return users
}
