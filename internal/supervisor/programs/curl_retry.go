package programs

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// retrying is --retry and what belongs to it.
type retrying struct {
	times     int
	delay     time.Duration // 0: twice the one before
	most      time.Duration // for all tries together; 0 is no limit
	refused   bool          // also when nothing listens
	transient bool          // the last answer was one that may be another the next time
}

// transientStatuses are answers after which another try may help.
var transientStatuses = []int{
	http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
}

func (r *retrying) set(o option) (err error) {
	switch o.name {
	case "R":
		if r.times, err = strconv.Atoi(o.value); err != nil || r.times < 0 {
			return fmt.Errorf("invalid number '%s'", o.value)
		}
	case "E":
		r.delay, err = duration(o.value)
	case "F":
		r.most, err = duration(o.value)
	case "C":
		r.refused = true
	}
	return err
}

// retried asks again, as often as the command says, after what may be better the next time.
func (q *curlCall) retried(ctx context.Context, target string) (code int) {
	begin, wait := time.Now(), time.Second
	for left := q.again.times; ; left-- {
		q.again.transient = false
		code = q.fetch(ctx, target)
		again := q.again.transient || code == curlTimeout || q.again.refused && code == curlNoConnect
		if q.again.delay > 0 {
			wait = q.again.delay
		}
		if !again || left == 0 || q.again.most > 0 && time.Since(begin)+wait > q.again.most {
			return code
		}
		if !q.silent {
			fmt.Fprintf(q.c.Stderr, "Warning: Problem. Will retry in %v. %d retries left.\n", wait, left)
		}
		if !pause(ctx, wait) {
			return code
		}
		wait = min(2*wait, 10*time.Minute)
	}
}
