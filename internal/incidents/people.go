package incidents

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// Responder is a person who works on an incident.
type Responder struct {
	ID       uuid.UUID
	Name     string
	JoinedAt time.Time
}

// Responders lists who works on the incident, in the order of their coming.
func (s *Service) Responders(ctx context.Context, incident uuid.UUID) ([]Responder, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.DB.ListResponders(ctx, incident)
	if err != nil {
		return nil, fmt.Errorf("incidents: responders: %w", postgres.MapError(err))
	}
	responders := make([]Responder, len(rows))
	for i, row := range rows {
		responders[i] = Responder{ID: row.ID, Name: row.DisplayName, JoinedAt: row.JoinedAt}
	}
	return responders, nil
}

// Join makes the actor a responder. Joining twice changes nothing.
func (s *Service) Join(ctx context.Context, number int64) error {
	return s.act(ctx, number, func(context.Context, *postgres.Tx, Incident, authz.Actor) error {
		return nil // acting is joining
	})
}

// JoinTx makes the actor of a deed a responder, when it is a person and none yet.
func (s *Service) JoinTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID) error {
	actor, err := authz.Require(ctx, authz.Respond)
	if err != nil || actor.ID == uuid.Nil {
		return err
	}
	return s.bringTx(ctx, tx, incident, person{ID: actor.ID, Name: actor.Name}, actor)
}

// bringTx makes somebody a responder on behalf of the actor.
func (s *Service) bringTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, who person, actor authz.Actor) error {
	added, err := tx.AddResponder(ctx, dbgen.AddResponderParams{IncidentID: incident, UserID: who.ID})
	if err != nil {
		return fmt.Errorf("incidents: join: %w", postgres.MapError(err))
	}
	if added == 0 {
		return nil
	}
	event := timeline.Event{Kind: timeline.Joined, Actor: actor}
	if who.ID != actor.ID {
		event.Data = timeline.PersonData{UserID: who.ID, Name: who.Name}
	}
	return s.record(ctx, tx, incident, event)
}

// Leave takes the actor off the incident. Who leads cannot leave: errs.Conflict.
func (s *Service) Leave(ctx context.Context, number int64) error {
	return s.locked(ctx, number, func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error {
		if in.Active() && in.LeadID != nil && *in.LeadID == actor.ID {
			return errs.Newf(errs.Conflict, "You lead %s. Hand it over or name another lead before you leave.", in.Name())
		}
		removed, err := tx.RemoveResponder(ctx, dbgen.RemoveResponderParams{IncidentID: in.ID, UserID: actor.ID})
		if err != nil {
			return fmt.Errorf("incidents: leave: %w", postgres.MapError(err))
		}
		if removed == 0 {
			return nil
		}
		return s.record(ctx, tx, in.ID, timeline.Event{Kind: timeline.Left, Actor: actor})
	})
}

// SetLead names who leads, at once and without asking; an offer that waits for an answer is
// a handoff. Somebody who may not respond is errs.Invalid.
func (s *Service) SetLead(ctx context.Context, number int64, user uuid.UUID) error {
	return s.act(ctx, number, func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error {
		if in.LeadID != nil && *in.LeadID == user {
			return nil
		}
		who, err := responderByID(ctx, tx, user)
		if err != nil {
			return err
		}
		return s.leadTx(ctx, tx, in, who, actor)
	})
}

// leadTx makes somebody the lead, and a responder first.
func (s *Service) leadTx(ctx context.Context, tx *postgres.Tx, in Incident, who person, actor authz.Actor) error {
	if err := s.bringTx(ctx, tx, in.ID, who, actor); err != nil {
		return err
	}
	if err := storeLead(ctx, tx, in.ID, who); err != nil {
		return err
	}
	return s.record(ctx, tx, in.ID, timeline.Event{
		Kind: timeline.LeadChanged, Actor: actor,
		Data: timeline.LeadData{FromID: in.LeadID, From: in.Lead, ToID: &who.ID, To: who.Name},
	})
}

// storeLead keeps a person of ours by ID and anybody else by address.
func storeLead(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, who person) error {
	lead := dbgen.UpdateIncidentLeadParams{ID: incident, LeadID: &who.ID}
	if who.ID == uuid.Nil {
		lead.LeadID, lead.LeadName = nil, who.Name
	}
	if err := tx.UpdateIncidentLead(ctx, lead); err != nil {
		return fmt.Errorf("incidents: set lead: %w", postgres.MapError(err))
	}
	return nil
}

// person is somebody with an account, or with an address only.
type person struct {
	ID    uuid.UUID // zero: no account
	Name  string
	Email string
	Role  authz.Role
}

func (p person) actor() authz.Actor { return authz.Actor{ID: p.ID, Name: p.Name, Role: p.Role} }

// responderByID finds a person who is able to respond.
func responderByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (person, error) {
	row, err := tx.PersonByID(ctx, id)
	if mapped := postgres.MapError(err); errs.KindOf(mapped) == errs.NotFound {
		return person{}, errs.New(errs.Invalid, "There is no such person.")
	} else if mapped != nil {
		return person{}, fmt.Errorf("incidents: find person: %w", mapped)
	}
	return able(dbgen.PersonByEmailRow(row))
}

func able(row dbgen.PersonByEmailRow) (person, error) {
	who := person{ID: row.ID, Name: row.DisplayName, Email: row.Email, Role: authz.Role(row.Role)}
	switch {
	case row.DisabledAt != nil:
		return person{}, errs.Newf(errs.Invalid, "The account of %s is disabled.", who.Name)
	case !who.actor().May(authz.Respond):
		return person{}, errs.Newf(errs.Invalid, "%s may only look, not respond.", who.Name)
	}
	return who, nil
}
