package programs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// pings are the answering times of one range, in milliseconds.
type pings struct {
	begin                 time.Time
	least, most, sum, all int64
}

func (p *pings) add(ms int64) {
	if p.all == 0 {
		p.least = ms
	}
	p.least, p.most = min(p.least, ms), max(p.most, ms)
	p.sum += ms
	p.all++
}

const (
	sampleEvery = 10 * time.Millisecond
	showEvery   = 250 * time.Millisecond // people read no faster
)

// latency is --latency and --latency-history. Where people see it, it goes on until it is stopped and keeps one line up to date, which the history leaves behind for each
// range; into a pipe it writes the numbers alone, and --latency ends after one range.
func (r *redisCall) latency(ctx context.Context) error {
	history := r.mode == "latency-history"
	length := r.interval
	if length == 0 {
		length = time.Second
		if history {
			length = 15 * time.Second
		}
	}
	people := r.c.Watched && r.format != redisCSV
	p := pings{begin: time.Now()}
	var shown time.Time
	for {
		begin := time.Now()
		if err := r.client.Ping(ctx).Err(); err != nil {
			return err //nolint:wrapcheck // told by its type
		}
		p.add(time.Since(begin).Milliseconds())
		over := time.Since(p.begin) > length
		if people && time.Since(shown) >= showEvery || !people && (history || over) || history && over {
			shown = time.Now()
			if _, err := fmt.Fprint(r.c.Stdout, p.text(people, r.format)); err != nil {
				return errDone
			}
		}
		switch {
		case over && history:
			fmt.Fprintf(r.c.Stdout, " -- %.2f seconds range\n", time.Since(p.begin).Seconds())
			p = pings{begin: time.Now()}
		case over && !people:
			return nil
		}
		if !pause(ctx, sampleEvery) {
			return ctx.Err() //nolint:wrapcheck // only told by its type
		}
	}
}

func (p *pings) text(people bool, format redisFormat) string {
	average := ratio(p.sum, p.all)
	switch {
	case people:
		return fmt.Sprintf("\r\x1b[2Kmin: %d, max: %d, avg: %.2f (%d samples)", p.least, p.most, average, p.all)
	case format == redisCSV:
		return fmt.Sprintf("%d,%d,%.2f,%d\n", p.least, p.most, average, p.all)
	}
	return fmt.Sprintf("%d %d %.2f %d\n", p.least, p.most, average, p.all)
}

// stat is --stat: a line of figures every second.
func (r *redisCall) stat(ctx context.Context) error {
	every := r.interval
	if every == 0 {
		every = time.Second
	}
	before := int64(0)
	for i := 0; ; i++ {
		info, err := r.client.Info(ctx).Result()
		if err != nil {
			return err //nolint:wrapcheck // told by its type
		}
		line, now := statLine(info, before)
		if i%20 == 0 {
			line = "------- data ------ --------------------- load -------------------- - child -\nkeys       mem      clients blocked requests            connections          \n" + line
		}
		if before = now; writeLine(r.c.Stdout, line) != nil {
			return errDone
		}
		if !pause(ctx, every) {
			return ctx.Err() //nolint:wrapcheck // only told by its type
		}
	}
}

// statLine makes one line of an INFO, and says how many commands the server has done.
func statLine(info string, before int64) (line string, requests int64) {
	fields := map[string]int64{}
	var keys int64
	for row := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(row), ":")
		number, err := strconv.ParseInt(value, 10, 64)
		if count, isDB := strings.CutPrefix(value, "keys="); isDB && strings.HasPrefix(name, "db") {
			count, _, _ = strings.Cut(count, ",")
			n, _ := strconv.ParseInt(count, 10, 64)
			keys += n
		} else if err == nil {
			fields[name] = number
		}
	}
	requests = fields["total_commands_processed"]
	added := int64(0)
	if before > 0 {
		added = requests - before
	}
	children := []string{"", "SAVE", "AOF", "SAVE+AOF", "LOAD", "LOAD", "LOAD", "LOAD"}[fields["rdb_bgsave_in_progress"]&1|fields["aof_rewrite_in_progress"]&1<<1|fields["loading"]&1<<2]
	return fmt.Sprintf("%-11d%-8s %-8d%-8d%-19s %-12d%s", keys, redisBytes(fields["used_memory"]), fields["connected_clients"], fields["blocked_clients"],
		fmt.Sprintf("%d (+%d)", requests, added), fields["total_connections_received"], children), requests
}

func redisBytes(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%dB", n)
	case n < 1<<20:
		return fmt.Sprintf("%.2fK", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.2fM", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2fG", float64(n)/(1<<30))
}

// monitor shows every command that the server gets, as it comes. It has a connection of its own, which is closed when the run ends.
func (r *redisCall) monitor(ctx context.Context) error {
	conn, err := r.config.Dialer(ctx, "tcp", r.config.Addr)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		if stop() {
			_ = conn.Close()
		}
	}()
	in := bufio.NewReaderSize(conn, 64<<10)
	for _, words := range r.greeting() {
		if _, err = conn.Write(redisRequest(words)); err != nil {
			return err //nolint:wrapcheck // told by its type
		}
		answer, readErr := in.ReadString('\n')
		if readErr != nil {
			return readErr //nolint:wrapcheck // told by its type
		}
		if wrong, isError := strings.CutPrefix(answer, "-"); isError {
			return redisAnswerError(strings.TrimSpace(wrong))
		}
	}
	if _, err = conn.Write(redisRequest([]string{"MONITOR"})); err != nil {
		return err //nolint:wrapcheck // told by its type
	}
	for begins := true; ; {
		piece, err := in.ReadSlice('\n') // a command may be longer than what is kept here
		switch {
		case begins && len(piece) > 0 && piece[0] == '-':
			return redisAnswerError(strings.TrimSpace(string(piece[1:])))
		case begins && len(piece) > 0:
			piece = piece[1:]
		}
		if begins = err == nil; begins {
			piece = append(piece[:max(0, len(piece)-2)], '\n')
		}
		if _, writeErr := r.c.Stdout.Write(piece); writeErr != nil {
			return errDone
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err //nolint:wrapcheck // told by its type
		}
	}
}

// redisAnswerError is what the server said no with.
type redisAnswerError string

func (e redisAnswerError) Error() string { return string(e) }

// RedisError makes it one of the client's errors of the server.
func (redisAnswerError) RedisError() {}

// greeting is what is sent before anything else on a connection.
func (r *redisCall) greeting() (all [][]string) {
	switch {
	case r.config.Username != "":
		all = append(all, []string{"AUTH", r.config.Username, r.config.Password})
	case r.config.Password != "":
		all = append(all, []string{"AUTH", r.config.Password})
	}
	if r.config.DB > 0 {
		all = append(all, []string{"SELECT", strconv.Itoa(r.config.DB)})
	}
	return all
}

// redisRequest writes a command as the server reads it.
func redisRequest(words []string) []byte {
	request := fmt.Appendf(nil, "*%d\r\n", len(words))
	for _, word := range words {
		request = fmt.Appendf(request, "$%d\r\n%s\r\n", len(word), word)
	}
	return request
}

// subscribe shows the messages of channels as they come.
func (r *redisCall) subscribe(ctx context.Context, patterns bool, names []string) error {
	if len(names) == 0 {
		return usageError("say which channels")
	}
	open := r.client.Subscribe
	if patterns {
		open = r.client.PSubscribe
	}
	channel := open(ctx, names...)
	stop := context.AfterFunc(ctx, func() { _ = channel.Close() })
	defer func() {
		if stop() {
			_ = channel.Close()
		}
	}()
	for {
		received, err := channel.Receive(ctx)
		if err != nil {
			return err //nolint:wrapcheck // told by its type
		}
		var answer []any
		switch m := received.(type) {
		case *redis.Subscription:
			answer = []any{m.Kind, m.Channel, int64(m.Count)}
		case *redis.Message:
			answer = []any{"message", m.Channel, m.Payload}
			if m.Pattern != "" {
				answer = []any{"pmessage", m.Pattern, m.Channel, m.Payload}
			}
		default:
			continue
		}
		if err = r.print(answer); err != nil {
			return err
		}
	}
}
