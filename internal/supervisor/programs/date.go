package programs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

func date(_ context.Context, c *Call) int {
	opts, rest, err := options(c.Args[1:], "ud:r:RI?3:", map[string]string{"utc": "u", "date": "d", "rfc-email": "R", "iso-8601": "I", "rfc-3339": "3", "reference": "r"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	when, format := time.Now(), "%a %b %e %H:%M:%S %Z %Y"
	utc, said := false, ""
	for _, o := range opts {
		switch o.name {
		case "u":
			utc = true
		case "d":
			said = o.value
		case "r":
			info, wrong := c.Files.Stat(o.value)
			if wrong != nil {
				return c.fail(1, "%s: %v", o.value, cause(wrong))
			}
			when = info.ModTime()
		case "R":
			format = "%a, %d %b %Y %H:%M:%S %z"
		case "I", "3":
			var known bool
			if format, known = isoFormats[o.name+o.value]; !known {
				return c.fail(1, "invalid argument '%s'", o.value)
			}
		}
	}
	if len(rest) > 1 || len(rest) == 1 && !strings.HasPrefix(rest[0], "+") {
		return c.fail(1, "only printing is available: +FORMAT")
	}
	if len(rest) == 1 {
		format = rest[0][1:]
	}
	if utc {
		when = when.UTC()
	}
	if said != "" {
		if when, err = moment(when, said); err != nil {
			return c.fail(1, "%v", err)
		}
	}
	return c.printDate(when, format)
}

var isoFormats = map[string]string{
	"I": "%F", "Idate": "%F", "Ihours": "%FT%H%:z", "Iminutes": "%FT%H:%M%:z", "Iseconds": "%FT%T%:z", "3date": "%F", "3seconds": "%F %T%:z",
}

func (c *Call) printDate(when time.Time, format string) int {
	if writeLine(c.Stdout, strftime(when, format)) != nil {
		return 1
	}
	return 0
}

var dateLayouts = map[byte]string{
	'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'e': "_2", 'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04", 'D': "01/02/06", 'z': "-0700",
	'Z': "MST", 'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'y': "06", 'I': "03", 'p': "PM", 'j': "002", 'N': "000000000",
	'c': "Mon Jan _2 15:04:05 2006", 'x': "01/02/06", 'X': "15:04:05",
}

func strftime(when time.Time, format string) string {
	var out strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			out.WriteByte(format[i])
			continue
		}
		i++
		if format[i] == '-' && i+1 < len(format) { // %-d: without what fills it up
			i++
			padded := strftime(when, "%"+format[i:i+1])
			trimmed := strings.TrimLeft(padded, "0 ")
			if trimmed == "" {
				trimmed = "0"
			}
			out.WriteString(trimmed)
			continue
		}
		layout, known := dateLayouts[format[i]]
		switch {
		case format[i] == 'u':
			out.WriteString(strconv.Itoa((int(when.Weekday())+6)%7 + 1))
		case format[i] == 'w':
			out.WriteString(strconv.Itoa(int(when.Weekday())))
		case format[i] == 'k':
			fmt.Fprintf(&out, "%2d", when.Hour())
		case format[i] == 'V' || format[i] == 'G':
			year, week := when.ISOWeek()
			if format[i] == 'G' {
				week = year
			}
			fmt.Fprintf(&out, "%02d", week)
		case strings.HasPrefix(format[i:], ":z"):
			i++
			out.WriteString(when.Format("-07:00"))
		case strings.HasPrefix(format[i:], "3N"):
			i++
			fmt.Fprintf(&out, "%03d", when.Nanosecond()/1e6)
		case format[i] == 'N':
			fmt.Fprintf(&out, "%09d", when.Nanosecond())
		case known:
			out.WriteString(when.Format(layout))
		case format[i] == 's':
			out.WriteString(strconv.FormatInt(when.Unix(), 10))
		case format[i] == 'n':
			out.WriteByte('\n')
		case format[i] == 't':
			out.WriteByte('\t')
		case format[i] == '%':
			out.WriteByte('%')
		default:
			out.WriteString(format[i-1 : i+1])
		}
	}
	return out.String()
}

// moment reads the forms of -d that occur in runbooks: @seconds, now, yesterday, "5 minutes ago", "+2 hours", and dates.
func moment(now time.Time, said string) (time.Time, error) {
	said = strings.TrimSpace(said)
	if seconds, ok := strings.CutPrefix(said, "@"); ok {
		n, err := strconv.ParseInt(seconds, 10, 64)
		if err == nil {
			return time.Unix(n, 0).In(now.Location()), nil
		}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "15:04:05", "15:04"} {
		when, err := time.ParseInLocation(layout, said, now.Location())
		if err != nil {
			continue
		}
		if strings.HasPrefix(layout, "15") {
			when = time.Date(now.Year(), now.Month(), now.Day(), when.Hour(), when.Minute(), when.Second(), 0, now.Location())
		}
		return when, nil
	}
	when, err := relative(now, strings.Fields(strings.ToLower(said)))
	if err != nil {
		return time.Time{}, fmt.Errorf("invalid or unsupported date '%s'", said)
	}
	return when, nil
}

var errDate = errors.New("not a date")

func relative(now time.Time, words []string) (time.Time, error) {
	sign := 1
	if n := len(words); n > 0 && words[n-1] == "ago" {
		sign, words = -1, words[:n-1]
	}
	if len(words) == 1 {
		switch words[0] {
		case "now", "today":
			return now, nil
		case "yesterday":
			return now.AddDate(0, 0, -1), nil
		case "tomorrow":
			return now.AddDate(0, 0, 1), nil
		}
	}
	if len(words) == 0 || len(words)%2 != 0 {
		return time.Time{}, errDate
	}
	for ; len(words) > 0; words = words[2:] {
		n, err := strconv.Atoi(words[0])
		if err != nil {
			return time.Time{}, errDate
		}
		n *= sign
		switch strings.TrimSuffix(words[1], "s") {
		case "second", "sec":
			now = now.Add(time.Duration(n) * time.Second)
		case "minute", "min":
			now = now.Add(time.Duration(n) * time.Minute)
		case "hour":
			now = now.Add(time.Duration(n) * time.Hour)
		case "day":
			now = now.AddDate(0, 0, n)
		case "week":
			now = now.AddDate(0, 0, 7*n)
		case "month":
			now = now.AddDate(0, n, 0)
		case "year":
			now = now.AddDate(n, 0, 0)
		default:
			return time.Time{}, errDate
		}
	}
	return now, nil
}
