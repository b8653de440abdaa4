package auth_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
)

func TestRepeatedForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	bo, _ := w.join(t, ana, "bo", authz.Responder)
	key, request := uuid.New(), []byte("POST /incidents")
	_, done, err := w.Begin(as(t, ana), key, request)
	if err != nil || done {
		t.Fatalf("first: done %v, %v", done, err)
	}
	_, _, err = w.Begin(as(t, ana), key, request)
	want(t, "under way", err, errs.Conflict)
	if _, done, err = w.Begin(as(t, bo), key, request); err != nil || done {
		t.Errorf("a key is its person's own: done %v, %v", done, err)
	}
	ok(t, "release", w.Release(as(t, ana), key))
	if _, done, err = w.Begin(as(t, ana), key, []byte("POST /incidents, mended")); err != nil || done {
		t.Fatalf("after a failure: done %v, %v", done, err)
	}
	ok(t, "finish", w.Finish(as(t, ana), key, "/incidents/1"))
	_, _, err = w.Begin(as(t, ana), key, request)
	want(t, "another request", err, errs.Conflict)
	ok(t, "release after the end", w.Release(as(t, ana), key))
	ok(t, "finish again", w.Finish(as(t, ana), key, "/elsewhere"))
	location, done, err := w.Begin(as(t, ana), key, []byte("POST /incidents, mended"))
	if err != nil || !done || location != "/incidents/1" {
		t.Errorf("repeated: %q done %v, %v", location, done, err)
	}
	w.at(t, 3*time.Minute)
	_, _, err = w.Begin(as(t, bo), key, request)
	want(t, "whoever worked on it died", err, errs.Conflict)
	w.at(t, 25*time.Hour)
	ok(t, "clean up", w.CleanUp(wardroom(t)))
	if n := w.count(t, "SELECT count(*) FROM idempotency_keys"); n != 0 {
		t.Errorf("%d keys are left after a day", n)
	}
}

// However often and however parallel a form is sent, its deed is done once unless it fails.
func TestADeedIsDoneOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	ctx := as(t, ana)
	rapid.Check(t, func(rt *rapid.T) {
		senders := rapid.IntRange(1, 6).Draw(rt, "senders")
		failures := int64(rapid.IntRange(0, 3).Draw(rt, "failures first"))
		key := uuid.New()
		var tried, succeeded atomic.Int64
		atOnce(t, senders, errs.Conflict, func(int) error {
			_, done, err := w.Begin(ctx, key, []byte("request"))
			if err != nil || done {
				return err
			}
			if tried.Add(1) <= failures {
				return w.Release(ctx, key)
			}
			succeeded.Add(1)
			return w.Finish(ctx, key, "/done")
		})
		if succeeded.Load() > 1 {
			rt.Fatalf("done %d times", succeeded.Load())
		}
	})
}
