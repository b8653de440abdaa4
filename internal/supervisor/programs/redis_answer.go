package programs

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// redisFormat is how answers are written. Raw is what the real tool does when it does not write to a terminal.
type redisFormat int

const (
	redisRaw    redisFormat = iota
	redisQuoted             // --no-raw
	redisCSV
)

func (f redisFormat) text(answer any) string {
	switch f {
	case redisQuoted:
		return quotedAnswer(answer, "")
	case redisCSV:
		return csvAnswer(answer) + "\n"
	default:
		return rawAnswer(answer) + "\n"
	}
}

// isRedisReport tells the commands whose answer is a text for people, which is written as it is in every format.
func isRedisReport(words []string) bool {
	name := strings.ToUpper(strings.Join(words[:min(len(words), 2)], " "))
	switch name {
	case "MEMORY MALLOC-STATS", "MEMORY DOCTOR", "CLIENT LIST", "CLIENT INFO", "LATENCY GRAPH", "DEBUG HTSTATS", "DEBUG HTSTATS-KEY":
		return true
	case "CLUSTER NODES", "CLUSTER INFO", "LATENCY DOCTOR":
		return len(words) == 2
	}
	return strings.HasPrefix(name+" ", "INFO ") || strings.HasPrefix(name+" ", "LOLWUT ")
}

func rawAnswer(answer any) string {
	switch answer := answer.(type) {
	case nil:
		return ""
	case redis.Error:
		return answer.Error() + "\n"
	case []any:
		items := make([]string, len(answer))
		for i, item := range answer {
			items[i] = rawAnswer(item)
		}
		return strings.Join(items, "\n")
	}
	return fmt.Sprint(answer)
}

// quotedAnswer numbers the items of a list and indents those of a list inside.
func quotedAnswer(answer any, indent string) string {
	switch answer := answer.(type) {
	case nil:
		return "(nil)\n"
	case redis.Error:
		return "(error) " + answer.Error() + "\n"
	case int64:
		return fmt.Sprintf("(integer) %d\n", answer)
	case []any:
		if len(answer) == 0 {
			return "(empty array)\n"
		}
		width := len(strconv.Itoa(len(answer)))
		var all strings.Builder
		for i, item := range answer {
			if i > 0 {
				all.WriteString(indent)
			}
			all.WriteString(fmt.Sprintf("%*d) ", width, i+1) + quotedAnswer(item, indent+strings.Repeat(" ", width+2)))
		}
		return all.String()
	}
	return redisQuote(fmt.Sprint(answer)) + "\n"
}

func csvAnswer(answer any) string {
	switch answer := answer.(type) {
	case nil:
		return "NULL"
	case redis.Error:
		return "ERROR," + redisQuote(answer.Error())
	case int64:
		return strconv.FormatInt(answer, 10)
	case []any:
		items := make([]string, len(answer))
		for i, item := range answer {
			items[i] = csvAnswer(item)
		}
		return strings.Join(items, ",")
	}
	return redisQuote(fmt.Sprint(answer))
}

// redisQuote writes a text as redis-cli shows keys: every byte that is no printable ASCII is escaped.
func redisQuote(s string) string {
	var quoted strings.Builder
	quoted.WriteByte('"')
	for i := range len(s) {
		switch b := s[i]; b {
		case '\\', '"':
			quoted.WriteString(`\` + string(b))
		case '\n':
			quoted.WriteString(`\n`)
		case '\r':
			quoted.WriteString(`\r`)
		case '\t':
			quoted.WriteString(`\t`)
		case '\a':
			quoted.WriteString(`\a`)
		case '\b':
			quoted.WriteString(`\b`)
		default:
			if b >= ' ' && b < 0x7f {
				quoted.WriteByte(b)
			} else {
				fmt.Fprintf(&quoted, `\x%02x`, b)
			}
		}
	}
	quoted.WriteByte('"')
	return quoted.String()
}
