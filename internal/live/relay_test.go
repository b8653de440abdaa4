package live_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/live"
	"wardroom/internal/live/livetest"
)

const run = "run:019376f2-0000-7000-8000-000000000001"

func TestHubKeepsThePromises(t *testing.T) {
	t.Parallel()
	livetest.Run(t, func(*testing.T) (here, there *live.Hub) {
		h := live.NewHub()
		return h, h
	})
}

func TestRelayTakesDoorbellsAndTheOutputOfRuns(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	h.Ring("before")
	r := h.Relay()
	defer r.Close()
	for _, topic := range []string{"incident:1", "dashboard", "incident:1"} {
		h.Ring(topic)
	}
	h.Publish(lines(run, 1, 2))
	h.Publish(state(run+"@somebody", "run-status", "rendered here"))
	h.Publish(state("frame", "nav-active", "rendered here"))
	h.NewClient(live.Person{ID: "1", Name: "Ana"}).Subscribe("incident:1") // presence
	r.Ring("incident:2")
	r.Publish(lines(run, 3, 4))

	out, err := r.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"incident:1", "dashboard"}, out.Bells); diff != "" {
		t.Errorf("bells (-want +got):\n%s", diff)
	}
	if len(out.Frames) != 1 || out.Frames[0].Topic != run || out.Frames[0].To != 2 || out.Dropped != 0 {
		t.Errorf("frames: %+v", out)
	}
	if r.Publish(state("frame", "nav-active", "from elsewhere")) {
		t.Error("a rendering from elsewhere was accepted")
	}
	r.Close()
	r.Close()
	h.Ring("after")
	if _, err := r.Next(t.Context()); !errors.Is(err, live.ErrClosed) {
		t.Errorf("Next after Close: %v", err)
	}
}

func TestRelayIsBounded(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	r := h.Relay()
	for n := range int64(live.MaxFrames + 10) {
		h.Publish(lines(run, n+1, n+1))
	}
	out, err := r.Next(t.Context())
	if err != nil || len(out.Frames) > live.MaxFrames {
		t.Fatalf("%d frames, err %v", len(out.Frames), err)
	}
	if gap := out.Frames[0]; !gap.Gap || gap.To != int64(out.Dropped) || out.Dropped < 10 {
		t.Errorf("gap %d–%d, %d dropped", gap.From, gap.To, out.Dropped)
	}
	for n := range live.MaxBells {
		h.Ring(strconv.Itoa(n))
	}
	h.Ring("0") // waits already
	if out, err = r.Next(t.Context()); err != nil || len(out.Bells) != live.MaxBells {
		t.Fatalf("%d bells, err %v", len(out.Bells), err)
	}
	for n := range live.MaxBells + 1 {
		h.Ring(strconv.Itoa(n))
	}
	if _, err = r.Next(t.Context()); !errors.Is(err, live.ErrSlow) {
		t.Errorf("too many bells: %v", err)
	}
	later := h.Relay()
	defer later.Close()
	h.Ring("x")
	if out, err = later.Next(t.Context()); err != nil || len(out.Bells) != 1 {
		t.Errorf("a new relay: %+v, %v", out, err)
	}
	r.Close() // of the earlier one: the later stays
	h.Ring("y")
	if out, err = later.Next(t.Context()); err != nil || len(out.Bells) != 1 {
		t.Errorf("after the earlier was closed: %+v, %v", out, err)
	}
}

func TestRepairRingsAllAndSendsFollowersBack(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	r := h.Relay()
	defer r.Close()
	bell, stop := h.Listen("incident:1")
	defer stop()
	far, near, page := h.NewClient(live.Person{}), h.NewClient(live.Person{}), h.NewClient(live.Person{})
	far.Subscribe("run:019376f2-0000-7000-8000-000000000002")
	near.Subscribe(run)
	page.Subscribe("incident:1@somebody")
	h.Publish(lines(run, 1, 1))
	r.Repair()
	<-bell
	if _, err := far.Next(t.Context()); !errors.Is(err, live.ErrSlow) {
		t.Errorf("who follows a run of another replica: %v", err)
	}
	if f := next(t, near); f.To != 1 {
		t.Errorf("who follows a run of ours: %+v", f)
	}
	if !isEmpty(t, page) {
		t.Error("a page was told something")
	}
	h.Ring("mark")
	out, err := r.Next(t.Context())
	if err != nil || len(out.Bells) != 1 {
		t.Errorf("a repair was sent on: %+v, %v", out, err)
	}
}
