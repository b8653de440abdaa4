package incidents

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// Brief is what a handoff's page begins with; of a link that is over the Handoff alone.
type Brief struct {
	Handoff    Handoff
	Incident   Incident
	Responders []Responder
	// Reader may look at things on behalf of whoever holds the link: nobody signed in, a
	// viewer, so that output which discloses secrets stays out of the page.
	Reader authz.Actor
}

// Answer is what accepting, declining or revoking led to. When Changed is false the
// handoff tells what was true already.
type Answer struct {
	Handoff  Handoff
	Incident Incident
	Changed  bool
}

// ByToken reads the offer behind a link and changes nothing. The token is the permission:
// nobody needs to be signed in. It permits nothing any more once the link is over. An
// unknown one is errs.NotFound.
func (s *Service) ByToken(ctx context.Context, token string) (Brief, error) {
	found, err := s.DB.HandoffByToken(ctx, hashToken(token))
	if err != nil {
		return Brief{}, noHandoff(err)
	}
	h, err := readHandoff(ctx, s.DB.Queries, found.ID)
	if err != nil {
		return Brief{}, err
	}
	if !h.Linked() {
		return Brief{Handoff: h}, nil
	}
	reader := authz.Actor{Name: h.To, Role: authz.Viewer}
	if h.ToID != nil {
		reader.ID = *h.ToID
	}
	ctx = authz.WithActor(ctx, reader)
	in, err := s.ByNumber(ctx, h.Number)
	if err != nil {
		return Brief{}, err
	}
	responders, err := s.Responders(ctx, in.ID)
	if err != nil {
		return Brief{}, err
	}
	return Brief{Handoff: h, Incident: in, Responders: responders, Reader: reader}, nil
}

// Accept makes whoever the link is for the lead: a person of ours as themselves, an
// address by its name, unless a responder who is signed in opened it. Accepting twice
// changes nothing; an offer that is over is not an error but told in the answer. Somebody
// else who is signed in is errs.Forbidden.
func (s *Service) Accept(ctx context.Context, token string) (Answer, error) {
	return s.answer(ctx, token, func(ctx context.Context, tx *postgres.Tx, in Incident, h Handoff, who person) error {
		if err := tx.AcceptHandoff(ctx, dbgen.AcceptHandoffParams{ID: h.ID, AcceptedBy: who.Name}); err != nil {
			return fmt.Errorf("incidents: accept: %w", postgres.MapError(err))
		}
		if err := tx.SupersedeHandoffs(ctx, dbgen.SupersedeHandoffsParams{IncidentID: in.ID, Winner: h.ID}); err != nil {
			return fmt.Errorf("incidents: accept: %w", postgres.MapError(err))
		}
		actor := who.actor()
		if who.ID != uuid.Nil {
			if err := s.bringTx(ctx, tx, in.ID, who, actor); err != nil {
				return err
			}
		}
		if err := storeLead(ctx, tx, in.ID, who); err != nil {
			return err
		}
		if err := s.recordAnswer(ctx, tx, timeline.HandoffAccepted, h, actor); err != nil {
			return err
		}
		if in.Status == Open {
			in.Lead = who.Name // moveTx gives the lead to who acknowledges when there is none
			if _, err := s.moveTx(ctx, tx, in, Acknowledged, actor); err != nil {
				return err
			}
		}
		return s.Escalation.HoldTx(ctx, tx, in.ID, actor)
	})
}

// Decline says no to an offer; the lead stays who it is.
func (s *Service) Decline(ctx context.Context, token string) (Answer, error) {
	return s.answer(ctx, token, func(ctx context.Context, tx *postgres.Tx, _ Incident, h Handoff, who person) error {
		if err := tx.DeclineHandoff(ctx, h.ID); err != nil {
			return fmt.Errorf("incidents: decline: %w", postgres.MapError(err))
		}
		return s.recordAnswer(ctx, tx, timeline.HandoffDeclined, h, who.actor())
	})
}

type decision func(ctx context.Context, tx *postgres.Tx, in Incident, h Handoff, who person) error

// answer runs what the holder of a token decided while the incident's row is locked, so
// that of all answers to all offers of an incident one is first.
func (s *Service) answer(ctx context.Context, token string, decide decision) (Answer, error) {
	found, err := s.DB.HandoffByToken(ctx, hashToken(token))
	if err != nil {
		return Answer{}, noHandoff(err)
	}
	var result Answer
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		result, err = answerTx(ctx, tx, found.ID, decide)
		return err
	})
	if err != nil {
		return Answer{}, err
	}
	return result, nil
}

func answerTx(ctx context.Context, tx *postgres.Tx, handoff uuid.UUID, decide decision) (Answer, error) {
	in, h, err := lockHandoff(ctx, tx, handoff)
	if err != nil {
		return Answer{}, err
	}
	who, err := acceptor(ctx, tx, h)
	if err != nil {
		return Answer{}, err
	}
	if h.State != HandoffOffered {
		return Answer{Handoff: h, Incident: in}, nil
	}
	if err = decide(ctx, tx, in, h, who); err != nil {
		return Answer{}, err
	}
	if h, err = readHandoff(ctx, tx.Queries, h.ID); err != nil {
		return Answer{}, err
	}
	in, err = read(ctx, tx, in.ID)
	return Answer{Handoff: h, Incident: in, Changed: true}, err
}

// acceptor decides as whom the holder of the link acts.
func acceptor(ctx context.Context, tx *postgres.Tx, h Handoff) (person, error) {
	actor, signedIn := authz.ActorFrom(ctx)
	switch {
	case h.ToID != nil && signedIn && actor.ID != *h.ToID:
		return person{}, errs.Newf(errs.Forbidden, "This link is for %s, and you are signed in as %s.", h.To, actor.Name)
	case h.ToID != nil:
		return responderByID(ctx, tx, *h.ToID)
	case signedIn && actor.ID != uuid.Nil && actor.May(authz.Respond):
		return person{ID: actor.ID, Name: actor.Name, Role: actor.Role}, nil
	default:
		return person{Name: h.To, Email: h.To}, nil
	}
}

// Revoke takes an offer back, or ends the link of one that was accepted; the lead stays
// who it is. Who offered it may, who leads the incident, and an administrator;
// errs.Forbidden for others.
func (s *Service) Revoke(ctx context.Context, handoff uuid.UUID) (Answer, error) {
	actor, err := authz.Require(ctx, authz.Respond)
	if err != nil {
		return Answer{}, err
	}
	var result Answer
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		result, err = s.revokeTx(ctx, tx, handoff, actor)
		return err
	})
	if err != nil {
		return Answer{}, err
	}
	return result, nil
}

func (s *Service) revokeTx(ctx context.Context, tx *postgres.Tx, handoff uuid.UUID, actor authz.Actor) (Answer, error) {
	in, h, err := lockHandoff(ctx, tx, handoff)
	if err != nil {
		return Answer{}, err
	}
	leads := in.LeadID != nil && *in.LeadID == actor.ID
	if actor.ID != h.FromID && !leads && !actor.May(authz.ManagePeople) {
		return Answer{}, errs.Newf(errs.Forbidden, "Only %s, who offered it, can take it back, the lead, or an administrator.", h.From)
	}
	if !h.Linked() {
		return Answer{Handoff: h, Incident: in}, nil
	}
	if err = tx.RevokeHandoff(ctx, h.ID); err != nil {
		return Answer{}, fmt.Errorf("incidents: revoke: %w", postgres.MapError(err))
	}
	if err = s.recordAnswer(ctx, tx, timeline.HandoffRevoked, h, actor); err != nil {
		return Answer{}, err
	}
	h, err = readHandoff(ctx, tx.Queries, h.ID)
	return Answer{Handoff: h, Incident: in, Changed: true}, err
}

// lockHandoff locks the incident, under whose row every answer happens, and reads the
// offer as it is then.
func lockHandoff(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Incident, Handoff, error) {
	before, err := readHandoff(ctx, tx.Queries, id)
	if err != nil {
		return Incident{}, Handoff{}, err
	}
	in, err := lock(ctx, tx, before.Number)
	if err != nil {
		return Incident{}, Handoff{}, err
	}
	h, err := readHandoff(ctx, tx.Queries, id)
	return in, h, err
}

func (s *Service) recordAnswer(ctx context.Context, tx *postgres.Tx, kind timeline.Kind, h Handoff, actor authz.Actor) error {
	return s.record(ctx, tx, h.IncidentID, timeline.Event{
		Kind: kind, Actor: actor, Data: timeline.HandoffData{HandoffID: h.ID, From: h.From, To: h.To},
	})
}
