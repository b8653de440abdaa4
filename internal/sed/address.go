package sed

// chosen reports whether a command's addresses choose the pattern space.
func (r *run) chosen(at int, c *command) (bool, error) {
	if c.from == nil {
		return !c.not, nil
	}
	var in bool
	var err error
	if c.to == nil {
		in, err = r.matches(c.from)
	} else {
		in, err = r.inRange(at, c)
	}
	return in != c.not, err
}

func (r *run) matches(a *address) (bool, error) {
	switch a.kind {
	case last:
		return !r.more(), nil
	case match:
		re, err := r.expression(a.re)
		return err == nil && re.MatchString(r.space), err
	case step:
		if a.step == 0 {
			return r.number == a.n, nil
		}
		return r.number >= a.n && (r.number-a.n)%a.step == 0, nil
	default:
		return r.number == a.n, nil
	}
}

const untilMatch = -1

// inRange keeps where the range of a command ends in r.ranges: 0 when it is closed.
func (r *run) inRange(at int, c *command) (bool, error) {
	until := &r.ranges[at]
	if *until == 0 {
		fromZero := c.from.kind == line && c.from.n == 0 && r.number == 1
		begins, err := r.matches(c.from)
		switch {
		case err != nil || !begins && !fromZero:
			return false, err
		case !fromZero:
			*until = r.until(c.to)
			if *until != untilMatch && *until <= r.number {
				*until = 0
			}
			return true, nil
		}
		*until = untilMatch
	}
	if *until != untilMatch {
		if r.number > *until { // the range ended on a line that this command did not see
			*until = 0
			return false, nil
		}
		if r.number == *until {
			*until = 0
		}
		return true, nil
	}
	ends, err := r.matches(c.to)
	if ends {
		*until = 0
	}
	return true, err
}

// until is the line where a range that begins here ends.
func (r *run) until(to *address) int {
	switch to.kind {
	case line:
		return to.n
	case plus:
		return r.number + to.n
	case multiple:
		if to.n == 0 {
			return r.number
		}
		return (r.number + to.n - 1) / to.n * to.n
	case last:
		if !r.more() {
			return r.number
		}
		return untilMatch
	default:
		return untilMatch
	}
}
