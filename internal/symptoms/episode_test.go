package symptoms

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(minute int) time.Time {
	return time.Date(2026, 3, 1, 3, minute, 0, 0, time.UTC)
}

// One test per line of the table in doc.go, on an episode that began at 10 after one that
// ended at 5, or on the one that ended at 5 itself.
func TestRules(t *testing.T) {
	t.Parallel()
	ended := episode{number: 1, state: Resolved, startsAt: at(1), resolvedAt: at(5), changedAt: at(6)}
	firing := episode{number: 2, state: Firing, startsAt: at(10), follows: at(5), changedAt: at(11)}
	unknown := firing
	unknown.state = Unknown
	fires := func(minute int) func(*episode) {
		return func(e *episode) { e.fires(at(minute)) }
	}
	ends := func(from, to int) func(*episode) {
		return func(e *episode) { e.ends(at(from), at(to)) }
	}
	listed := func(from, asked int) func(*episode) {
		return func(e *episode) { e.listed(at(from), at(asked)) }
	}
	missed := func(minutes ...int) func(*episode) {
		return func(e *episode) {
			for _, minute := range minutes {
				e.missing(at(minute))
			}
		}
	}
	lost := func(e *episode) { e.lost() }
	type want struct {
		number int32
		state  State
		starts int
	}
	tests := map[string]struct {
		before episode
		do     func(*episode)
		want   want
	}{
		"the first firing":                       {episode{}, fires(3), want{1, Firing, 3}},
		"fires again":                            {ended, fires(7), want{2, Firing, 7}},
		"a replay after the end":                 {ended, fires(1), want{1, Resolved, 1}},
		"a replay of the very end":               {ended, fires(5), want{1, Resolved, 1}},
		"an earlier date wins":                   {firing, fires(8), want{2, Firing, 8}},
		"a later date does not":                  {firing, fires(12), want{2, Firing, 10}},
		"a replay from the episode before":       {firing, fires(1), want{2, Firing, 10}},
		"a source is back":                       {unknown, fires(10), want{2, Firing, 10}},
		"ends":                                   {firing, ends(10, 15), want{2, Resolved, 10}},
		"ends while unknown":                     {unknown, ends(10, 15), want{2, Resolved, 10}},
		"a late end of the episode before":       {firing, ends(1, 5), want{2, Firing, 10}},
		"an end that met the beginning":          {firing, ends(10, 10), want{2, Resolved, 10}},
		"an end of nothing":                      {episode{}, ends(1, 5), want{0, "", 0}},
		"an end of what has ended":               {ended, ends(1, 6), want{1, Resolved, 1}},
		"listed":                                 {episode{}, listed(3, 4), want{1, Firing, 3}},
		"listed again after the end":             {ended, listed(7, 8), want{2, Firing, 7}},
		"listed by a poll older than the end":    {ended, listed(1, 6), want{1, Resolved, 1}},
		"listed although it was taken for ended": {ended, listed(1, 7), want{2, Firing, 5}},
		"listed while unknown":                   {unknown, listed(10, 20), want{2, Firing, 10}},
		"absent once":                            {firing, missed(20), want{2, Firing, 10}},
		"absent twice":                           {firing, missed(20, 21), want{2, Resolved, 10}},
		"absent twice while unknown":             {unknown, missed(20, 21), want{2, Resolved, 10}},
		"absent from a poll before it was known": {firing, missed(10, 11), want{2, Firing, 10}},
		"absence of nothing":                     {ended, missed(20, 21), want{1, Resolved, 1}},
		"the source is silent":                   {firing, lost, want{2, Unknown, 10}},
		"silence about what has ended":           {ended, lost, want{1, Resolved, 1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := test.before
			test.do(&e)
			starts := at(test.want.starts)
			if test.want.number == 0 {
				starts = time.Time{}
			}
			if e.number != test.want.number || e.state != test.want.state || !e.startsAt.Equal(starts) {
				t.Errorf("got %d %s %s, want %+v", e.number, e.state, e.startsAt, test.want)
			}
		})
	}
}

func TestListedBetweenAbsences(t *testing.T) {
	t.Parallel()
	e := episode{number: 1, state: Firing, startsAt: at(1), changedAt: at(1)}
	e.missing(at(2))
	e.listed(at(1), at(3))
	e.missing(at(4))
	if e.state != Firing {
		t.Error("two absences that were not in a row resolved it")
	}
}

// truth is the simple model: what really burns, minute by minute.
type truth struct {
	clock    int
	burning  bool
	starts   int
	episodes int32
}

// word is a webhook that may be delivered late and more than once.
type oldWord struct {
	ended        bool
	starts, ends int
}

func (w oldWord) tell(e *episode) {
	if w.ended {
		e.ends(at(w.starts), at(w.ends))
	} else {
		e.fires(at(w.starts))
	}
}

// Webhooks that arrive in their order, with any old ones repeated in between, always
// leave what is true.
func TestReplaysLeaveTheTruth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var now truth
		var e episode
		var told []oldWord
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now.clock += rapid.IntRange(1, 3).Draw(t, "minutes")
			next := oldWord{starts: now.clock}
			if now.burning {
				next = oldWord{ended: true, starts: now.starts, ends: now.clock}
			} else {
				now.starts, now.episodes = now.clock, now.episodes+1
			}
			now.burning = !now.burning
			told = append(told, next)
			next.tell(&e)
			for _, old := range rapid.SliceOfN(rapid.SampledFrom(told), 0, 5).Draw(t, "replays") {
				old.tell(&e)
			}
			if e.open() != now.burning || e.number != now.episodes || !e.startsAt.Equal(at(now.starts)) {
				t.Fatalf("at %d: %+v, want %+v", now.clock, e, now)
			}
		}
	})
}

// Webhooks in any order, late, doubled and lost, with polls in between: episodes never
// overlap, and two polls that agree always leave what is true.
func TestPollsBringTheTruth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var now truth
		var e episode
		var told []oldWord
		agreeing := 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now.clock++
			before := e
			switch rapid.SampledFrom([]string{"turn", "tell", "poll", "lose"}).Draw(t, "step") {
			case "turn":
				agreeing = 0
				if now.burning {
					told = append(told, oldWord{ended: true, starts: now.starts, ends: now.clock})
				} else {
					now.starts = now.clock
					told = append(told, oldWord{starts: now.clock})
				}
				now.burning = !now.burning
			case "tell":
				if len(told) > 0 {
					rapid.SampledFrom(told).Draw(t, "webhook").tell(&e)
				}
				agreeing = 0
			case "poll":
				agreeing++
				if now.burning {
					e.listed(at(now.starts), at(now.clock))
				} else {
					e.missing(at(now.clock))
				}
			case "lose":
				agreeing = 0 // what was heard before the silence does not count
				e.lost()
			}
			if e != before {
				e.changedAt = at(now.clock)
			}
			if agreeing >= agree && e.open() != now.burning {
				t.Fatalf("at %d two polls agree, but %+v, want %+v", now.clock, e, now)
			}
			if e.startsAt.Before(e.follows) || (e.state == Resolved && e.resolvedAt.Before(e.startsAt)) || e.number < before.number {
				t.Fatalf("at %d: %+v after %+v", now.clock, e, before)
			}
		}
	})
}
