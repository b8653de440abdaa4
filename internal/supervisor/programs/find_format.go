package programs

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// findFormat writes -printf for a file; checking only says what is not known.
func findFormat(format string, at found, checking bool) (string, error) {
	var out strings.Builder
	for i := 0; i < len(format); i++ {
		switch ch := format[i]; {
		case ch == '\\' && i+1 < len(format):
			i++
			b, size := charAt(format[i-1:])
			out.WriteByte(b)
			i += size - 2
		case ch != '%' || i+1 == len(format):
			out.WriteByte(ch)
		default:
			flagged := i + 1
			for i+1 < len(format) && strings.IndexByte("-0123456789", format[i+1]) >= 0 {
				i++
			}
			width := format[flagged : i+1]
			if i++; i == len(format) || len(width) > 4 {
				return "", fmt.Errorf("-printf '%s' is not available", format)
			}
			text, used, known := directive(format[i:], at, checking)
			if !known {
				return "", fmt.Errorf("-printf %%%c is not available", format[i])
			}
			i += used
			fmt.Fprintf(&out, "%"+width+"s", text)
		}
	}
	return out.String(), nil
}

// directive gives what stands for the letter that rest begins with, and how many more letters belong to it.
func directive(rest string, at found, checking bool) (text string, used int, known bool) {
	if rest[0] == 'T' && len(rest) > 1 {
		used = 1
	} else if rest[0] == 'T' || strings.IndexByte("%pfhPsktydmM", rest[0]) < 0 {
		return "", 0, false
	}
	if checking {
		return "", used, true
	}
	switch rest[0] {
	case '%':
		return "%", 0, true
	case 'p':
		return at.path, 0, true
	case 'f':
		return path.Base(at.path), 0, true
	case 'h':
		if !strings.Contains(at.path, "/") {
			return ".", 0, true
		}
		return at.path[:strings.LastIndexByte(at.path, '/')], 0, true
	case 'P':
		return at.below, 0, true
	case 's':
		return strconv.FormatInt(at.info.Size(), 10), 0, true
	case 'k':
		return strconv.FormatInt((at.info.Size()+1023)/1024, 10), 0, true
	case 't':
		return at.info.ModTime().Format("Mon Jan _2 15:04:05.000000000") + at.info.ModTime().Format("0 2006"), 0, true
	case 'y':
		return kindOf(at.info), 0, true
	case 'd':
		return strconv.Itoa(at.depth), 0, true
	case 'm':
		return strconv.FormatUint(uint64(at.info.Mode().Perm()), 8), 0, true
	case 'M':
		return at.info.Mode().String(), 0, true
	}
	when := at.info.ModTime()
	switch rest[1] {
	case '@':
		return fmt.Sprintf("%d.%09d0", when.Unix(), when.Nanosecond()), 1, true
	case '+':
		return when.Format("2006-01-02+15:04:05.000000000") + "0", 1, true
	case 'S':
		return when.Format("05.000000000") + "0", 1, true
	case 'T':
		return when.Format("15:04:05.000000000") + "0", 1, true
	}
	return strftime(when, "%"+rest[1:2]), 1, true
}
