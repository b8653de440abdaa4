package authz

import (
	"context"

	"github.com/google/uuid"

	"wardroom/internal/errs"
)

// Role is what a person is in the whole of Wardroom; lead and responder of one
// incident are not roles.
type Role string

// The roles, each able to do all that the one before it can.
const (
	Viewer    Role = "viewer"
	Responder Role = "responder"
	Author    Role = "author"
	Admin     Role = "admin"
)

var rank = map[Role]int{Viewer: 1, Responder: 2, Author: 3, Admin: 4}

// Valid says whether r is one of the four roles.
func (r Role) Valid() bool { return rank[r] > 0 }

// Permission names one thing that a person may do.
type Permission string

// The permissions. A permission that is missing in the table below is held by nobody.
const (
	Read             Permission = "read"            // see symptoms, incidents, runs, reviews, playbooks
	Respond          Permission = "respond"         // declare, change, note, lead, escalate, hand over
	RunCommands      Permission = "run commands"    // start and stop runs, mark steps done
	ReadDisclosing   Permission = "read disclosing" // see output of commands that disclose secrets
	WritePlaybooks   Permission = "write playbooks" // drafts, publishing
	ManagePeople     Permission = "manage people"   // invite, disable, reset, change roles
	ManageOwnAccount Permission = "manage own account"
)

var needs = map[Permission]Role{
	Read:             Viewer,
	ManageOwnAccount: Viewer,
	Respond:          Responder,
	RunCommands:      Responder,
	ReadDisclosing:   Responder,
	WritePlaybooks:   Author,
	ManagePeople:     Admin,
}

// Actor is who acts: a signed-in person or Wardroom itself.
type Actor struct {
	ID    uuid.UUID // zero for Wardroom itself
	Login string    // what a person signs in with: nobody else's, and never another; "" where nobody has signed in
	Name  string    // as shown in the timeline
	Role  Role
}

// May says whether the actor holds the permission.
func (a Actor) May(p Permission) bool {
	role, ok := needs[p]
	return ok && rank[a.Role] >= rank[role]
}

// Wardroom is the actor of everything that happens by itself: timers, webhooks, recovery.
func Wardroom() Actor { return Actor{Name: "Wardroom", Role: Admin} }

type actorKey struct{}

// WithActor puts the actor into the context.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom gives the actor of the context, if there is one.
func ActorFrom(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(actorKey{}).(Actor)
	return a, ok
}

// Require gives the actor when it holds the permission. Without an actor the error is
// Unauthenticated, without the permission Forbidden.
func Require(ctx context.Context, p Permission) (Actor, error) {
	a, ok := ActorFrom(ctx)
	if !ok {
		return Actor{}, errs.New(errs.Unauthenticated, "Sign in first.")
	}
	if !a.May(p) {
		return Actor{}, errs.Newf(errs.Forbidden, "Your role (%s) may not do this.", a.Role)
	}
	return a, nil
}
