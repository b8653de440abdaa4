package live_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"wardroom/internal/live"
)

func TestOverflowBecomesOneGap(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	c := h.NewClient(live.Person{})
	defer c.Close()
	c.Subscribe("run", "room")
	h.Publish(state("room", "header", "x"))
	for n := range int64(live.MaxFrames + 10) {
		h.Publish(lines("run", 10*n+1, 10*n+10))
	}
	if f := next(t, c); f.Topic != "room" {
		t.Fatalf("state was dropped: %+v", f)
	}
	gap := next(t, c)
	if !gap.Gap || gap.From != 1 || gap.To < 10*(live.MaxFrames-1) {
		t.Errorf("gap = %v %d–%d", gap.Gap, gap.From, gap.To)
	}
	at := gap.To
	for at < 10*(live.MaxFrames+10) {
		f := next(t, c)
		if f.Gap || f.From != at+1 {
			t.Fatalf("after line %d comes %d–%d (gap %v)", at, f.From, f.To, f.Gap)
		}
		at = f.To
	}
	if !isEmpty(t, c) {
		t.Error("more frames than lines")
	}
}

func TestOverflowByBytes(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	c := h.NewClient(live.Person{})
	defer c.Close()
	c.Subscribe("run")
	big := make([]byte, live.MaxBytes/2)
	for n := range int64(3) {
		h.Publish(&live.Frame{Topic: "run", From: n + 1, To: n + 1, Data: big})
	}
	if f := next(t, c); !f.Gap {
		t.Errorf("three halves fit: %d–%d", f.From, f.To)
	}
}

// State pushes lines out, never the other way round.
func TestStateIsNeverDropped(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	c := h.NewClient(live.Person{})
	defer c.Close()
	c.Subscribe("run", "room")
	h.Publish(lines("run", 1, 1))
	const regions = 2 * live.MaxFrames
	for n := range regions {
		h.Publish(state("room", strconv.Itoa(n), "x"))
	}
	h.Publish(lines("run", 2, 2))
	if f := next(t, c); !f.Gap || f.From != 1 || f.To != 2 {
		t.Errorf("first = %+v, want the gap 1–2", f)
	}
	for n := range regions {
		if f := next(t, c); f.Key != strconv.Itoa(n) {
			t.Fatalf("state %d is %q", n, f.Key)
		}
	}
}

func TestTooMuchStateEndsTheClient(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	c := h.NewClient(live.Person{})
	defer c.Close()
	c.Subscribe("room")
	data := strings.Repeat("x", live.MaxStateBytes/4)
	for range 100 {
		h.Publish(state("room", "same", data))
	}
	next(t, c)
	for n := range 5 {
		h.Publish(state("room", strconv.Itoa(n), data))
	}
	if _, err := c.Next(t.Context()); !errors.Is(err, live.ErrSlow) {
		t.Errorf("err = %v, want ErrSlow", err)
	}
}

// A page that follows what it is sent knows, at any time, which lines it has and
// which it must fetch, and in the end holds the latest of every state.
func TestNothingIsLostUnnoticed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := live.NewHub()
		c := h.NewClient(live.Person{})
		defer c.Close()
		c.Subscribe("a", "b")
		published, covered := map[string]int64{}, map[string]int64{}
		latest, shown := map[string]string{}, map[string]string{}
		take := func(limit int) {
			done, cancel := context.WithCancel(t.Context())
			cancel()
			for range limit {
				f, err := c.Next(done)
				switch {
				case errors.Is(err, context.Canceled):
					return
				case err != nil:
					rt.Fatal(err)
				case f.Key != "":
					shown[f.Topic+f.Key] = string(f.Data)
				case f.From != covered[f.Topic]+1 || f.To < f.From:
					rt.Fatalf("%s: after %d comes %d–%d (gap %v)", f.Topic, covered[f.Topic], f.From, f.To, f.Gap)
				default:
					covered[f.Topic] = f.To
				}
			}
		}
		for range rapid.IntRange(0, 60).Draw(rt, "bursts") {
			topic := rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "topic")
			switch rapid.IntRange(0, 3).Draw(rt, "what") {
			case 0:
				take(rapid.IntRange(0, 300).Draw(rt, "taken"))
			case 1:
				key := rapid.StringMatching(`[a-e]`).Draw(rt, "key")
				latest[topic+key] = rapid.StringN(0, 3, 8).Draw(rt, "value")
				h.Publish(state(topic, key, latest[topic+key]))
			default:
				size := rapid.SampledFrom([]int{0, 10, 100_000}).Draw(rt, "size")
				for range rapid.IntRange(1, 100).Draw(rt, "frames") {
					from := published[topic] + 1
					published[topic] = from + rapid.Int64Range(0, 2).Draw(rt, "more")
					h.Publish(&live.Frame{Topic: topic, From: from, To: published[topic], Data: make([]byte, size)})
				}
			}
		}
		take(1 << 20)
		for topic, last := range published {
			if covered[topic] != last {
				rt.Fatalf("%s: covered to %d of %d", topic, covered[topic], last)
			}
		}
		for key, value := range latest {
			if shown[key] != value {
				rt.Fatalf("%s shows %q, want %q", key, shown[key], value)
			}
		}
	})
}

// Publishers, readers that come and go, and a reader that never reads.
func TestHubUnderConcurrency(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	stuck := h.NewClient(live.Person{ID: "0"})
	stuck.Subscribe("a")
	var readers, publishers sync.WaitGroup
	for i := range 8 {
		c := h.NewClient(live.Person{ID: strconv.Itoa(i), Name: "x"})
		c.Subscribe("a")
		readers.Go(func() {
			at := int64(0)
			for {
				f, err := c.Next(t.Context())
				if errors.Is(err, live.ErrClosed) {
					return
				}
				if err != nil || f.Key == "" && f.From != at+1 {
					t.Errorf("reader %d: after %d comes %+v, err %v", i, at, f, err)
					return
				}
				if f.Key == "" {
					at = f.To
				}
				c.Focus("a", strconv.FormatInt(at, 10))
			}
		})
	}
	publishers.Go(func() {
		for n := range int64(5000) {
			h.Publish(lines("a", n+1, n+1))
		}
	})
	publishers.Go(func() {
		for n := range 2000 {
			h.Publish(state("a", strconv.Itoa(n%7), "x"))
			h.Ring("a")
			h.Watchers("a")
			passing := h.NewClient(live.Person{})
			passing.Subscribe("a")
			passing.Close()
		}
	})
	publishers.Wait()
	h.Close()
	readers.Wait()
	if n := h.Count("a"); n != 0 {
		t.Errorf("%d clients are left", n)
	}
}
