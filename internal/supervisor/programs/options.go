package programs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// option is one flag that was given, by its short name, with its value if it takes one.
type option struct{ name, value string }

// options takes args (without the program's name) apart like getopt does. short lists the letters, each with a colon when it takes a value, or a question mark when
// it may have one in the same word; a leading plus ends the
// options at the first operand, for programs whose operands are another program's words. long gives the letter (or a longer name listed in short form "name:") that a
// long option stands for; it takes a value when its letter does.
func options(args []string, short string, long map[string]string) (given []option, rest []string, err error) {
	short, stopEarly := strings.CutPrefix(short, "+")
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return given, append(rest, args...), nil
		case strings.HasPrefix(arg, "--"):
			var opt option
			if opt, args, err = longOption(arg[2:], args, short, long); err != nil {
				return nil, nil, err
			}
			given = append(given, opt)
		case len(arg) > 1 && arg[0] == '-':
			var opts []option
			if opts, args, err = shortOptions(arg[1:], args, short); err != nil {
				return nil, nil, err
			}
			given = append(given, opts...)
		case stopEarly:
			return given, append(append(rest, arg), args...), nil
		default:
			rest = append(rest, arg)
		}
	}
	return given, rest, nil
}

func longOption(arg string, args []string, short string, long map[string]string) (option, []string, error) {
	name, value, inline := strings.Cut(arg, "=")
	letter, known := long[name]
	if !known {
		return option{}, nil, fmt.Errorf("unrecognized option '--%s'", name)
	}
	takes := strings.Contains(short, letter+":")
	switch {
	case inline && !takes && !strings.Contains(short, letter+"?"):
		return option{}, nil, fmt.Errorf("option '--%s' doesn't allow an argument", name)
	case takes && !inline:
		if len(args) == 0 {
			return option{}, nil, fmt.Errorf("option '--%s' requires an argument", name)
		}
		value, args = args[0], args[1:]
	}
	return option{name: letter, value: value}, args, nil
}

func shortOptions(letters string, args []string, short string) ([]option, []string, error) {
	var given []option
	for i := range len(letters) {
		letter := letters[i : i+1]
		at := strings.Index(short, letter)
		if at < 0 || letter == ":" || letter == "?" {
			return nil, nil, fmt.Errorf("invalid option -- '%s'", letter)
		}
		if at+1 >= len(short) || short[at+1] != ':' && short[at+1] != '?' {
			given = append(given, option{name: letter})
			continue
		}
		value := letters[i+1:]
		if value == "" && short[at+1] == ':' {
			if len(args) == 0 {
				return nil, nil, fmt.Errorf("option requires an argument -- '%s'", letter)
			}
			value, args = args[0], args[1:]
		}
		return append(given, option{name: letter, value: value}), args, nil
	}
	return given, args, nil
}

// numeric turns the old way to give a count (head -5) into the new one.
func numeric(args []string) []string {
	for i, arg := range args {
		isValue := i > 0 && (args[i-1] == "-n" || args[i-1] == "-c")
		if !isValue && len(arg) > 1 && arg[0] == '-' && strings.Trim(arg[1:], "0123456789") == "" {
			return slices.Concat(args[:i], []string{"-n", arg[1:]}, args[i+1:])
		}
	}
	return args
}

// duration reads what sleep and timeout take: a number with s, m, h or d behind it.
func duration(s string) (time.Duration, error) {
	unit := time.Second
	number := s
	if n := len(s); n > 0 {
		if u, ok := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[s[n-1]]; ok {
			unit, number = u, s[:n-1]
		}
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f < 0 || f > 1e9 {
		return 0, fmt.Errorf("invalid time interval '%s'", s)
	}
	return min(time.Duration(f*float64(unit)), 1e9*time.Second), nil
}
