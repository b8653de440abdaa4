package symptoms

import "time"

// State says how a symptom is.
type State string

// The states; the words are stored.
const (
	Firing   State = "firing"
	Resolved State = "resolved"
	Unknown  State = "unknown" // its source is silent
)

// agree is how many polls in a row must miss a symptom.
const agree = 2

// episode is the last one of an identity, as the rules see it; the zero value is none.
// The rules say whether they
// changed something. Their table stands in doc.go.
type episode struct {
	number     int32
	state      State
	startsAt   time.Time
	follows    time.Time // when the episode before it ended
	resolvedAt time.Time
	changedAt  time.Time // when the database last wrote it
	absent     int16
}

func (e *episode) open() bool { return e.state == Firing || e.state == Unknown }

// floor is the moment before which nothing new can have begun.
func (e *episode) floor() time.Time {
	if e.state == Resolved {
		return latest(e.resolvedAt, e.follows)
	}
	return e.follows
}

// fires is a webhook's word. It carries no date of its own, so an alert that began before
// the last end is taken for a replay and not heeded; if it fires for all that, the next
// poll says so.
func (e *episode) fires(startsAt time.Time) (heeded, changed bool) {
	if !startsAt.After(e.floor()) {
		return false, false
	}
	return true, e.burn(startsAt)
}

// listed is the word of a poll that was begun at asked: true at that time.
func (e *episode) listed(startsAt, asked time.Time) (heeded, changed bool) {
	if e.state == Resolved && !e.changedAt.Before(asked) {
		return false, false
	}
	return true, e.burn(latest(startsAt, e.floor()))
}

func (e *episode) burn(startsAt time.Time) (changed bool) {
	if !e.open() {
		*e = episode{number: e.number + 1, state: Firing, startsAt: startsAt, follows: e.floor()}
		return true
	}
	changed = e.state != Firing || e.absent != 0
	e.state, e.absent = Firing, 0
	if startsAt.Before(e.startsAt) {
		e.startsAt, changed = startsAt, true
	}
	return changed
}

// ends is a webhook's word that the alert has ended. One that is late, about an episode
// before this one, closes nothing.
func (e *episode) ends(startsAt, endsAt time.Time) bool {
	if !e.open() || (!e.startsAt.Before(endsAt) && !e.startsAt.Equal(startsAt)) {
		return false
	}
	e.state, e.resolvedAt, e.absent = Resolved, latest(endsAt, e.startsAt), 0
	return true
}

// missing is a poll that does not list it.
func (e *episode) missing(asked time.Time) bool {
	if !e.open() || !e.changedAt.Before(asked) {
		return false
	}
	e.absent++
	if e.absent >= agree {
		e.state, e.resolvedAt, e.absent = Resolved, latest(asked, e.startsAt), 0
	}
	return true
}

// lost is the source's silence.
func (e *episode) lost() bool {
	if e.state != Firing {
		return false
	}
	e.state, e.absent = Unknown, 0
	return true
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
