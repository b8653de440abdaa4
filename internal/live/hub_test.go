package live_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"wardroom/internal/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func lines(topic string, from, to int64) *live.Frame {
	return &live.Frame{Topic: topic, From: from, To: to, Data: []byte("lines")}
}

func state(topic, key, data string) *live.Frame {
	return &live.Frame{Topic: topic, Key: key, Data: []byte(data)}
}

// next takes a frame that must already be waiting.
func next(t *testing.T, c *live.Client) *live.Frame {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f, err := c.Next(ctx)
	if err != nil {
		t.Fatalf("nothing is waiting: %v", err)
	}
	return f
}

// isEmpty reports that nothing is waiting and the client is alive.
func isEmpty(t *testing.T, c *live.Client) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Next(ctx)
	return errors.Is(err, context.Canceled)
}

func TestClientGetsOnlyItsTopics(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	c := h.NewClient(live.Person{})
	defer c.Close()
	h.Publish(lines("run:1", 1, 1))
	c.Subscribe("run:1", live.TopicDashboard)
	h.Publish(lines("run:2", 1, 1))
	h.Publish(lines("run:1", 2, 3))
	h.Publish(state(live.TopicDashboard, "row", "a"))
	if f := next(t, c); f.Topic != "run:1" || f.From != 2 || f.To != 3 {
		t.Errorf("first frame = %s %d–%d", f.Topic, f.From, f.To)
	}
	h.Publish(lines("run:1", 4, 4))
	c.Unsubscribe("run:1")
	h.Publish(lines("run:1", 5, 5))
	if f := next(t, c); f.Topic != live.TopicDashboard {
		t.Errorf("second frame is of %s", f.Topic)
	}
	if !isEmpty(t, c) {
		t.Error("what waited of a topic survives Unsubscribe")
	}
}

func TestStateIsReplacedByTheLatest(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	c := h.NewClient(live.Person{})
	defer c.Close()
	c.Subscribe("a", "b")
	for _, f := range []*live.Frame{
		state("a", "k", "old"), lines("a", 1, 1), state("b", "k", "other topic"), state("a", "k", "new"), state("a", "l", "other key"),
	} {
		h.Publish(f)
	}
	var got []string
	for range 4 {
		f := next(t, c)
		got = append(got, f.Topic+" "+f.Key+" "+string(f.Data))
	}
	want := []string{"a  lines", "b k other topic", "a k new", "a l other key"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	if !isEmpty(t, c) {
		t.Error("the replaced state is still waiting")
	}
}

func TestNextWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.NewHub()
		c := h.NewClient(live.Person{})
		c.Subscribe("a")
		var got []*live.Frame
		var last error
		var reader sync.WaitGroup
		reader.Go(func() {
			for {
				f, err := c.Next(t.Context())
				if err != nil {
					last = err
					return
				}
				got = append(got, f)
			}
		})
		synctest.Wait()
		h.Publish(lines("a", 1, 1))
		h.Publish(lines("a", 2, 2))
		synctest.Wait()
		if len(got) != 2 {
			t.Errorf("got %d frames, want 2", len(got))
		}
		h.Close()
		reader.Wait()
		if !errors.Is(last, live.ErrClosed) {
			t.Errorf("Next ended with %v", last)
		}
		if _, err := h.NewClient(live.Person{}).Next(t.Context()); !errors.Is(err, live.ErrClosed) {
			t.Errorf("a client of a closed hub: %v", err)
		}
	})
}

func TestDoorbellsAreCoalesced(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	bell, stop := h.Listen("a")
	other, stopOther := h.Listen("b")
	defer stopOther()
	for range 3 {
		h.Ring("a")
	}
	<-bell
	select {
	case <-bell:
		t.Error("three rings were heard twice")
	case <-other:
		t.Error("a ring was heard on another topic")
	default:
	}
	h.Ring("a")
	<-bell
	stop()
	stop()
	h.Ring("a")
	select {
	case <-bell:
		t.Error("a ring was heard after stop")
	default:
	}
}

func TestWatchers(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	room := live.IncidentTopic(42)
	bell, stop := h.Listen(live.PresenceTopic(room))
	defer stop()
	heard := func(what string) {
		t.Helper()
		select {
		case <-bell:
		default:
			t.Errorf("no ring after: %s", what)
		}
	}
	ana, bo := live.Person{ID: "1", Name: "Ana"}, live.Person{ID: "2", Name: "Bo"}
	laptop, phone, second, nobody := h.NewClient(ana), h.NewClient(ana), h.NewClient(bo), h.NewClient(live.Person{})
	for _, c := range []*live.Client{second, laptop, phone, nobody} {
		c.Subscribe(room)
	}
	heard("entering")
	phone.Focus(room, "step-1")
	laptop.Focus(room, "step-2")
	second.Focus("another room", "step-1")
	heard("a new focus")
	laptop.Focus(room, "step-2")
	select {
	case <-bell:
		t.Error("a ring although the focus stayed")
	default:
	}
	want := []live.Watcher{{Person: ana, Focus: "step-2"}, {Person: bo}}
	if diff := cmp.Diff(want, h.Watchers(room)); diff != "" {
		t.Errorf("watchers (-want +got):\n%s", diff)
	}
	if n := h.Count(room); n != 4 {
		t.Errorf("%d pages are open, want 4", n)
	}
	laptop.Close()
	laptop.Close()
	heard("leaving")
	second.Unsubscribe(room)
	want = []live.Watcher{{Person: ana, Focus: "step-1"}}
	if diff := cmp.Diff(want, h.Watchers(room)); diff != "" {
		t.Errorf("watchers (-want +got):\n%s", diff)
	}
	phone.Close()
	nobody.Close()
	second.Close()
	second.Subscribe(room)
	if got := h.Watchers(room); len(got) != 0 || h.Count(room) != 0 {
		t.Errorf("after everybody left: %v", got)
	}
}

func TestFrameIsPreparedOnce(t *testing.T) {
	t.Parallel()
	f := state("a", "k", "data")
	var calls int
	prepare := func(data []byte) any { calls++; return string(data) + "!" }
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got := f.Prepared(prepare); got != "data!" {
				t.Errorf("prepared %v", got)
			}
		})
	}
	group.Wait()
	if calls != 1 {
		t.Errorf("prepared %d times", calls)
	}
}
