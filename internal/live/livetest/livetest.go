// Package livetest holds what everybody may rely on who publishes or watches, whether the
// pages are on the same replica or on another one. The hub alone passes it, and so must two
// hubs with anything between them.
package livetest

import (
	"strconv"
	"testing"

	"wardroom/internal/live"
)

// Join gives a hub to speak to and one where it is to be heard. They may be the same.
type Join func(t *testing.T) (here, there *live.Hub)

// Run runs the suite.
func Run(t *testing.T, join Join) {
	t.Helper()
	for name, promise := range map[string]func(*testing.T, Join){
		"a doorbell is heard on its topic only":   doorbells,
		"the latest state arrives":                state,
		"lines arrive once, in order, or as gaps": numbered,
		"both sides may speak":                    bothWays,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			promise(t, join)
		})
	}
}

const topic = "run:019376f2-0000-7000-8000-000000000001"

func doorbells(t *testing.T, join Join) {
	t.Helper()
	here, there := join(t)
	room, stopRoom := there.Listen("incident:1")
	defer stopRoom()
	other, stopOther := there.Listen("incident:2")
	defer stopOther()
	for range 3 {
		here.Ring("incident:1")
	}
	<-room
	here.Ring("dashboard") // nobody listens
	here.Ring("incident:1")
	<-room
	select {
	case <-other:
		t.Error("a ring was heard on another topic")
	default:
	}
	if here == there {
		return
	}
	own, stopOwn := here.Listen("incident:3")
	defer stopOwn()
	back, stopBack := here.Listen("incident:4")
	defer stopBack()
	here.Ring("incident:3")
	<-own
	here.Ring("incident:1")
	<-room
	there.Ring("incident:4") // behind whatever the others were told so far
	<-back
	select {
	case <-own:
		t.Error("a ring came back to the one who rang")
	default:
	}
}

func state(t *testing.T, join Join) {
	t.Helper()
	here, there := join(t)
	c := there.NewClient(live.Person{})
	defer c.Close()
	c.Subscribe(topic)
	const last = 500
	for n := range last + 1 {
		here.Publish(&live.Frame{Topic: topic, Key: "pending", Data: []byte(strconv.Itoa(n))})
	}
	for at := -1; at < last; {
		f := next(t, c)
		n, err := strconv.Atoi(string(f.Data))
		if err != nil || f.Key != "pending" || f.Topic != topic || n <= at {
			t.Fatalf("after %d comes %s %s %q", at, f.Topic, f.Key, f.Data)
		}
		at = n
	}
}

func numbered(t *testing.T, join Join) {
	t.Helper()
	here, there := join(t)
	near, far := here.NewClient(live.Person{}), there.NewClient(live.Person{})
	defer near.Close()
	defer far.Close()
	near.Subscribe(topic)
	far.Subscribe(topic)
	const last = 20 * live.MaxFrames
	for n := range int64(last) {
		here.Publish(&live.Frame{Topic: topic, From: n + 1, To: n + 1, Data: []byte(strconv.FormatInt(n+1, 10))})
	}
	here.Publish(&live.Frame{Topic: topic, Key: "end", Data: []byte("end")})
	follow(t, far, last)
	follow(t, near, last) // had something come back, it were here by now
}

// follow reads lines 1 to last and the end, and nothing twice.
func follow(t *testing.T, c *live.Client, last int64) {
	t.Helper()
	for at := int64(0); ; {
		f := next(t, c)
		switch {
		case f.Key == "end" && at == last:
			return
		case f.Key != "" || f.From != at+1 || f.To < f.From:
			t.Fatalf("after line %d comes %+v", at, f)
		case !f.Gap && string(f.Data) != strconv.FormatInt(f.From, 10):
			t.Fatalf("line %d is %q", f.From, f.Data)
		}
		at = f.To
	}
}

func bothWays(t *testing.T, join Join) {
	t.Helper()
	here, there := join(t)
	const other = "run:019376f2-0000-7000-8000-000000000002"
	a, b := here.NewClient(live.Person{}), there.NewClient(live.Person{})
	defer a.Close()
	defer b.Close()
	a.Subscribe(topic)
	b.Subscribe(other)
	here.Publish(&live.Frame{Topic: other, From: 1, To: 1, Data: []byte("to there")})
	there.Publish(&live.Frame{Topic: topic, From: 1, To: 1, Data: []byte("to here")})
	if f := next(t, a); string(f.Data) != "to here" {
		t.Errorf("here: %+v", f)
	}
	if f := next(t, b); string(f.Data) != "to there" {
		t.Errorf("there: %+v", f)
	}
}

func next(t *testing.T, c *live.Client) *live.Frame {
	t.Helper()
	f, err := c.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return f
}
