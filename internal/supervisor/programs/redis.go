package programs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisCall is one redis-cli: whom it asks, what, and how the answer is shown.
type redisCall struct {
	c          *Call
	host, port string // as the words say them
	config     *redis.Options
	client     *redis.Client
	format     redisFormat
	mode       string        // scan, bigkeys, memkeys, latency, latency-history, stat; "": a command
	pattern    string        // of the keys to look at
	count      string        // how many the server looks at in one step
	repeat     int           // how often a command is sent; -1 is for ever
	interval   time.Duration // between two of them
}

// redisLong gives the letter of each long option; what is a mode of its own stands for m.
var redisLong = map[string]string{
	"no-auth-warning": "W", "verbose": "W", "raw": "R", "no-raw": "N", "csv": "C", "scan": "m", "bigkeys": "m", "memkeys": "m", "latency": "m", "latency-history": "m", "stat": "m",
	"pattern": "P", "count": "T",
}

// redisCLI asks a listed server and prints as the real tool does. Only the exit status of an error is not the real tool's, which is 0: a command that failed has failed.
func redisCLI(ctx context.Context, c *Call) int {
	r := &redisCall{c: c, port: "6379", repeat: 1}
	words, db, err := r.parse(c.Args[1:])
	switch {
	case err != nil:
		return c.fail(1, "%v", err)
	case len(words) == 0 && r.mode == "":
		return c.fail(1, "only redis-cli COMMAND is available")
	}
	if r.config, err = c.Network.redisOptions(r.host, r.port); err != nil {
		return c.fail(codeRefused, "%v", err)
	}
	if db >= 0 {
		r.config.DB = db
	}
	r.client = redis.NewClient(r.config)
	defer r.client.Close() // everything that was asked has been answered
	if err = r.run(ctx, words); err != nil {
		return r.failed(ctx, err)
	}
	return 0
}

func (r *redisCall) parse(args []string) (words []string, db int, err error) {
	db = -1
	opts, words, err := options(args, "+h:p:n:r:i:c2WRNCmP:T:", redisLong)
	if err != nil {
		return nil, db, err
	}
	for _, name := range args[:len(args)-len(words)] { // options keeps the letter of a mode only
		if mode, isLong := strings.CutPrefix(name, "--"); isLong && redisLong[mode] == "m" {
			r.mode = mode
		}
	}
	for _, o := range opts {
		switch o.name {
		case "h":
			r.host = o.value
		case "p":
			r.port = o.value
		case "n":
			if db, err = strconv.Atoi(o.value); err != nil || db < 0 {
				return nil, db, fmt.Errorf("invalid database '%s'", o.value)
			}
		case "r":
			if r.repeat, err = strconv.Atoi(o.value); err != nil {
				return nil, db, fmt.Errorf("invalid number of repeats '%s'", o.value)
			}
		case "i":
			seconds, wrong := strconv.ParseFloat(o.value, 64)
			if wrong != nil || !(seconds >= 0 && seconds < 1e6) {
				return nil, db, fmt.Errorf("invalid interval '%s'", o.value)
			}
			r.interval = time.Duration(seconds * float64(time.Second))
		case "P":
			r.pattern = o.value
		case "T":
			r.count = o.value
		case "R":
			r.format = redisRaw
		case "N":
			r.format = redisQuoted
		case "C":
			r.format = redisCSV
		}
	}
	return words, db, nil
}

// run does what was asked. Its error is the server's answer, or why there is none.
func (r *redisCall) run(ctx context.Context, words []string) error {
	switch r.mode {
	case "scan":
		return r.scan(ctx)
	case "bigkeys", "memkeys":
		return r.bigKeys(ctx)
	case "latency", "latency-history":
		return r.latency(ctx)
	case "stat":
		return r.stat(ctx)
	}
	switch strings.ToUpper(words[0]) {
	case "MONITOR":
		return r.monitor(ctx)
	case "SUBSCRIBE", "PSUBSCRIBE":
		return r.subscribe(ctx, strings.EqualFold(words[0], "PSUBSCRIBE"), words[1:])
	case "SSUBSCRIBE", "SYNC", "PSYNC", "AUTH", "HELLO", "QUIT":
		return usageError(words[0] + " is not available")
	}
	var failed error
	for i := 0; i != r.repeat && ctx.Err() == nil; i++ {
		if i > 0 && !pause(ctx, r.interval) {
			break
		}
		if err := r.command(ctx, words); err != nil {
			var answered redis.Error
			if !errors.As(err, &answered) || r.isSelect(err) || i+1 == r.repeat {
				return err
			}
			if err = r.print(err); err != nil {
				return err
			}
			failed = errRedisAnswered
		}
	}
	return errors.Join(failed, ctx.Err())
}

// errRedisAnswered is for an error of the server that has been printed.
var errRedisAnswered = errors.New("answered")

// usageError is about the words of the command and not about the server.
type usageError string

func (e usageError) Error() string { return string(e) }

func (r *redisCall) command(ctx context.Context, words []string) error {
	args := make([]any, len(words))
	for i, word := range words {
		args[i] = word
	}
	answer, err := r.client.Do(ctx, args...).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return err //nolint:wrapcheck // told by its type
	}
	if isRedisReport(words) {
		_, err = fmt.Fprint(r.c.Stdout, rawAnswer(answer))
		return err //nolint:wrapcheck // there is nobody to write for
	}
	return r.print(answer)
}

// print shows one answer; an error of the server is an answer too.
func (r *redisCall) print(answer any) error {
	if _, err := fmt.Fprint(r.c.Stdout, r.format.text(answer)); err != nil {
		return errDone
	}
	return nil
}

// isSelect tells whether the server refused the database that -n names.
func (r *redisCall) isSelect(err error) bool {
	return r.config.DB > 0 && strings.Contains(err.Error(), "DB index is out of range")
}

func (r *redisCall) failed(ctx context.Context, err error) int {
	var answered redis.Error
	var usage usageError
	switch {
	case ctx.Err() != nil:
		return codeEnded
	case errors.Is(err, errDone), errors.Is(err, errRedisAnswered):
		return 1
	case errors.As(err, &usage):
		return r.c.fail(1, "%v", err)
	case errors.Is(err, errForbidden):
		return r.c.fail(codeRefused, "%v", errForbidden)
	case errors.As(err, &answered) && r.isSelect(err):
		fmt.Fprintf(r.c.Stderr, "SELECT %d failed: %v\n", r.config.DB, answered)
		return 1
	case errors.As(err, &answered):
		_ = r.print(answered)
		return 1
	}
	shown := net.JoinHostPort(r.host, r.port)
	if r.host == "" {
		shown = "the configured server" // its address may be nobody's business
	}
	fmt.Fprintf(r.c.Stderr, "Could not connect to Redis at %s: %s\n", shown, plain(err))
	return 1
}
