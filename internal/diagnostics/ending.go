package diagnostics

import (
	"maps"
	"time"

	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/supervisor"
)

// ending is how a run ended.
type ending struct {
	state  State
	code   *int
	reason string
	stopBy string // who stopped it, unless that is recorded already
	clean  bool   // nothing of it is left
	lines  int64
	bytes  int64
	cpu    time.Duration
	peak   int64
	vars   map[string]string
	crash  string // for the log
}

func (e ending) params(run Run) dbgen.FinishRunParams {
	params := dbgen.FinishRunParams{
		ID: run.ID, State: string(e.state), Reason: storable(e.reason), ConfirmedStop: e.clean, StopBy: e.stopBy,
		Lines: e.lines, Bytes: e.bytes, CpuMs: e.cpu.Milliseconds(), PeakRss: e.peak,
	}
	if e.code != nil {
		code := int32(*e.code) //nolint:gosec // an exit code is below 256
		params.ExitCode = &code
	}
	return params
}

// ending judges how the run ended.
func (r *recorder) ending(exit supervisor.Exit) ending {
	end := ending{
		lines: r.next - 1, bytes: r.bytes, clean: exit.Clean, cpu: exit.CPU, peak: exit.PeakRSS,
		code: &exit.Code, vars: exit.Vars, crash: r.secrets.Text(exit.Crash),
	}
	// A variable with a secret in it is not stored (EXECUTION.md 17).
	maps.DeleteFunc(end.vars, func(_, value string) bool { return len(r.secrets.Find(value)) > 0 })
	switch {
	case exit.Reason == supervisor.ReasonStopped:
		r.stopped(&end)
	case exit.Reason == supervisor.ReasonTimeout && exit.Code == 0:
		end.state, end.reason = Succeeded, "The time limit ended the stream."
	case exit.Reason == supervisor.ReasonTimeout:
		end.state, end.reason = TimedOut, "The time limit was reached."
		r.leftBehind(&end)
	case exit.Reason == supervisor.ReasonLimit:
		end.state, end.reason, end.code = Failed, "It was ended: it used more memory, processes or file space than a run may.", nil
	case exit.Reason == supervisor.ReasonCrashed:
		end.state, end.reason, end.code = Failed, "The run's process died.", nil
	case r.above != "":
		end.state, end.reason = Refused, r.above
	case exit.Signal != "":
		end.state, end.reason = Failed, "Ended by "+exit.Signal+"."
	case exit.Answer != "":
		end.state, end.reason = Succeeded, exit.Answer
	case exit.Code != 0:
		end.state = Failed
	default:
		end.state = Succeeded
	}
	return end
}

// stopped says who stopped the run and what that achieved, in words that promise nothing
// we don't know.
func (r *recorder) stopped(end *ending) {
	by, closing := r.s.haltedBy(r.run.ID)
	end.state, end.stopBy = Stopped, stopper(by)
	switch {
	case by != "":
	case closing:
		end.reason = "Wardroom was shut down while it ran. "
	default:
		end.reason = "It was stopped from outside Wardroom. "
		end.stopBy = ""
	}
	switch {
	case !end.clean:
		end.reason += "Stop was asked for, but something of it may still run on " + r.run.Host + "."
	case r.remote != nil:
		end.reason += "Client stopped."
		r.leftBehind(end)
	default:
		end.reason += "Confirmed stopped: nothing of it is left."
	}
}

// leftBehind adds what our signals don't reach.
func (r *recorder) leftBehind(end *ending) {
	if r.remote != nil {
		end.clean = false
		end.reason += " " + r.remote.warning()
	}
}

// stopper names who stopped a run that nobody asked to stop.
func stopper(by string) string {
	if by == "" {
		return "Wardroom"
	}
	return by
}
