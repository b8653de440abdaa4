package stack

import (
	"regexp"
	"strconv"
	"time"
)

// duration is a setting of Prometheus or Alertmanager that says how long something takes.
var duration = regexp.MustCompile(`(?m)^(\s*(?:for|scrape_interval|scrape_timeout|evaluation_interval|group_wait|group_interval|repeat_interval):\s*)(\d+(?:ms|s|m|h))[ \t]*$`)

// hasten divides every duration in the text by factor.
func hasten(text string, factor float64) string {
	return duration.ReplaceAllStringFunc(text, func(line string) string {
		part := duration.FindStringSubmatch(line)
		long, err := time.ParseDuration(part[2])
		if err != nil { // the pattern lets nothing else through
			return line
		}
		short := max(int64(float64(long.Milliseconds())/factor), 1)
		return part[1] + strconv.FormatInt(short, 10) + "ms"
	})
}
