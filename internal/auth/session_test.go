package auth_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
)

// Whatever the pauses between requests are, a session lives exactly as long as both
// deadlines allow.
func TestSessionDeadlines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	minutes := rapid.OneOf(rapid.IntRange(1, 20*60), rapid.SampledFrom([]int{1, 2, 12*60 - 1, 12 * 60}))
	rapid.Check(t, func(rt *rapid.T) {
		w.at(t, 0)
		token := w.open(t, ana)
		var now, seen time.Duration
		for _, pause := range rapid.SliceOfN(minutes, 1, 20).Draw(rt, "minutes between requests") {
			now += time.Duration(pause) * time.Minute
			w.at(t, now)
			alive := now-seen < auth.IdleLifetime && now < auth.AbsoluteLifetime
			session, user, err := w.Authenticate(t.Context(), token)
			if (err == nil) != alive {
				rt.Fatalf("after %v, last seen %v: alive %v, want %v", now, seen, err == nil, alive)
			}
			if !alive {
				return
			}
			if user.ID != ana.ID || !w.Valid(t.Context(), session.Hash) {
				rt.Fatalf("the session is %+v's", user)
			}
			if now-seen > time.Minute { // it is not written more often
				seen = now
			}
		}
	})
}

// open opens a session without hashing a password.
func (w world) open(t *testing.T, u auth.User) string {
	t.Helper()
	token := "test-" + time.Now().Format(time.RFC3339Nano)
	_, err := w.db.Pool.Exec(t.Context(), `INSERT INTO sessions (token_hash, user_id, expires_at)
		VALUES (sha256($1::text::bytea), $2, wardroom.now() + interval '7 days')`, token, u.ID)
	ok(t, "open", err)
	return token
}

func TestLastSeenIsWrittenOnceAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, token := w.admin(t)
	lastSeen := func() time.Time {
		sessions, err := w.Sessions(as(t, ana))
		ok(t, "sessions", err)
		return sessions[0].LastSeenAt
	}
	first := lastSeen()
	w.at(t, 50*time.Second)
	if !w.alive(t, token) || !lastSeen().Equal(first) {
		t.Error("written again within the minute")
	}
	w.at(t, 70*time.Second)
	if !w.alive(t, token) || lastSeen().Sub(first) < time.Minute {
		t.Error("not written after a minute")
	}
	user, err := w.ByID(as(t, ana), ana.ID)
	ok(t, "by id", err)
	if user.LastSeenAt == nil || !user.LastSeenAt.Equal(lastSeen()) {
		t.Errorf("the person was seen %v, their session %v", user.LastSeenAt, lastSeen())
	}
}

func TestPeopleEndTheirOwnSessionsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, first := w.admin(t)
	bo, bos := w.join(t, ana, "bo", authz.Viewer)
	second := w.open(t, ana)
	third := w.open(t, ana)
	session, _, err := w.Authenticate(t.Context(), bos)
	ok(t, "bo", err)
	want(t, "ana ends bo's", w.EndSession(as(t, ana), session.ID), errs.NotFound)
	want(t, "nonsense", w.EndSession(as(t, ana), "zz"), errs.NotFound)
	keep, _, err := w.Authenticate(t.Context(), first)
	ok(t, "first", err)
	other, _, err := w.Authenticate(t.Context(), second)
	ok(t, "second", err)
	ok(t, "end the second", w.EndSession(as(t, ana), other.ID))
	if w.alive(t, second) || w.Valid(t.Context(), other.Hash) || !w.alive(t, third) {
		t.Error("the second is still alive, or the third is not")
	}
	ok(t, "end the others", w.EndOtherSessions(as(t, ana), keep))
	if w.alive(t, third) || !w.alive(t, first) || !w.alive(t, bos) {
		t.Error("wrong sessions were ended")
	}
	if sessions, err := w.Sessions(as(t, bo)); err != nil || len(sessions) != 1 || sessions[0].UserAgent != "Firefox" {
		t.Errorf("bo's sessions: %+v %v", sessions, err)
	}
}

func TestCookieName(t *testing.T) {
	t.Parallel()
	if auth.CookieName(false) != "wardroom_session" || auth.CookieName(true) != "__Host-wardroom_session" {
		t.Error("wrong names")
	}
}
