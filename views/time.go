package views

import (
	"fmt"
	"time"
)

// Time is an instant together with the way it is shown. The page's clock keeps it current and moves it into the reader's time zone;
// without JavaScript the text stays as the server wrote it, in UTC.
type Time struct {
	At   time.Time
	Mode string // clock, minute, until, day, ago, age, timer, left; "" shows Text and leaves it alone
	Text string
}

// IsZero reports whether there is nothing to show.
func (t Time) IsZero() bool { return t.At.IsZero() && t.Text == "" }

// Clock shows the time of day to the second: 03:12:44.
func Clock(at time.Time) Time { return instant(at, "clock", at.UTC().Format("15:04:05")) }

// Until shows a day and a time of day: Tue 24 Nov 14:17. What ends tomorrow must not look as if it had ended today.
func Until(at time.Time) Time { return instant(at, "until", at.UTC().Format("Mon 2 Jan 15:04")) }

// Minute shows the time of day to the minute: 03:12.
func Minute(at time.Time) Time { return instant(at, "minute", at.UTC().Format("15:04")) }

// Day shows the date: Mon 23 Nov.
func Day(at time.Time) Time { return instant(at, "day", at.UTC().Format("Mon 2 Jan")) }

// Ago shows how long ago it was: 4 min ago.
func Ago(at, now time.Time) Time { return instant(at, "ago", age(now.Sub(at))+" ago") }

// Age shows how long it has lasted: 4 min.
func Age(at, now time.Time) Time { return instant(at, "age", age(now.Sub(at))) }

// Timer shows a duration that counts up: 00:40:48.
func Timer(from, now time.Time) Time { return instant(from, "timer", stopwatch(now.Sub(from))) }

// Left shows a duration that counts down: 4:12. Below zero it stays at 0:00, the server says what happened.
func Left(until, now time.Time) Time { return instant(until, "left", countdown(until.Sub(now))) }

// Lasted shows a duration that is over: 00:58:08.
func Lasted(d time.Duration) Time { return Time{Text: stopwatch(d)} }

func instant(at time.Time, mode, text string) Time {
	if at.IsZero() {
		return Time{}
	}
	return Time{At: at, Mode: mode, Text: text}
}

// age is worded like clock.js words it, so that nothing jumps when the page's clock takes over.
func age(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 100*time.Minute:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}

func stopwatch(d time.Duration) string {
	s := int(max(d, 0).Seconds())
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

func countdown(d time.Duration) string {
	s := int(max(d, 0).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Took words a finished duration the way results do: 0.9 s, 2 min 16 s, 1 h 4 min.
func Took(d time.Duration) string {
	switch d = max(d, 0); {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
}
