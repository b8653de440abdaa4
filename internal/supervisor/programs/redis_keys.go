package programs

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// eachBatch goes through all keys in the steps that the server makes of them.
func (r *redisCall) eachBatch(ctx context.Context, use func(keys []string) error) error {
	cursor := "0"
	for steps := 1; ; steps++ {
		args := []any{"SCAN", cursor}
		if r.pattern != "" {
			args = append(args, "MATCH", r.pattern)
		}
		if r.count != "" {
			args = append(args, "COUNT", r.count)
		}
		answer, err := r.client.Do(ctx, args...).Slice()
		if err != nil {
			return err //nolint:wrapcheck // told by its type
		}
		if len(answer) != 2 {
			return errors.New("the server's answer to SCAN is not understood")
		}
		next, _ := answer[0].(string)
		found, _ := answer[1].([]any)
		keys := make([]string, 0, len(found))
		for _, key := range found {
			keys = append(keys, fmt.Sprint(key))
		}
		if err = use(keys); err != nil || next == "0" {
			return err
		}
		if cursor = next; steps%100 == 0 && !pause(ctx, r.interval) || ctx.Err() != nil {
			return ctx.Err() //nolint:wrapcheck // only told by its type
		}
	}
}

// scan is --scan: the names of all keys.
func (r *redisCall) scan(ctx context.Context) error {
	return r.eachBatch(ctx, func(keys []string) error {
		for _, key := range keys {
			if err := r.print(key); err != nil {
				return err
			}
		}
		return nil
	})
}

// keyType is what --bigkeys knows about the keys of one type.
type keyType struct {
	name, sizes, unit  string // sizes is the command that tells one
	biggest            string
	most, total, count int64
}

// bigKeys is --bigkeys and --memkeys: the biggest key of each type, by its items or by its bytes.
func (r *redisCall) bigKeys(ctx context.Context) error {
	types := []*keyType{
		{name: "list", sizes: "LLEN", unit: "items"},
		{name: "hash", sizes: "HLEN", unit: "fields"},
		{name: "string", sizes: "STRLEN", unit: "bytes"},
		{name: "stream", sizes: "XLEN", unit: "entries"},
		{name: "set", sizes: "SCARD", unit: "members"},
		{name: "zset", sizes: "ZCARD", unit: "members"},
	}
	if r.mode == "memkeys" {
		for _, t := range types {
			t.sizes, t.unit = "MEMORY", "bytes"
		}
	}
	keysThere, err := r.client.DBSize(ctx).Result()
	if err != nil {
		return err //nolint:wrapcheck // told by its type
	}
	fmt.Fprint(r.c.Stdout, "\n# Scanning the entire keyspace to find biggest keys as well as\n# average sizes per key type.  You can use -i 0.1 to sleep 0.1 sec\n"+
		"# per 100 SCAN commands (not usually needed).\n\n")
	var sampled, length int64
	err = r.eachBatch(ctx, func(keys []string) error {
		kinds, sizes, wrong := r.measure(ctx, keys, &types)
		if wrong != nil {
			return wrong
		}
		progress := 100 * float64(sampled) / float64(keysThere)
		for i, key := range keys {
			t := kinds[i]
			if t == nil { // gone between the two questions
				continue
			}
			t.count++
			t.total += sizes[i]
			length += int64(len(key))
			sampled++
			if sizes[i] > t.most {
				t.biggest, t.most = redisQuote(key), sizes[i]
				if _, wrong = fmt.Fprintf(r.c.Stdout, "[%05.2f%%] Biggest %-6s found so far '%s' with %d %s\n", progress, t.name, t.biggest, t.most, t.unit); wrong != nil {
					return errDone
				}
			}
			if sampled%1_000_000 == 0 {
				fmt.Fprintf(r.c.Stdout, "[%05.2f%%] Sampled %d keys so far\n", progress, sampled)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.sumUp(types, sampled, length)
}

// measure asks for the types and the sizes of keys, each in one go. A type that it meets for the first time (of a module) joins the others, without sizes.
func (r *redisCall) measure(ctx context.Context, keys []string, types *[]*keyType) ([]*keyType, []int64, error) {
	kinds, sizes := make([]*keyType, len(keys)), make([]int64, len(keys))
	if len(keys) == 0 {
		return kinds, sizes, nil
	}
	asked, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, key := range keys {
			p.Type(ctx, key)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err //nolint:wrapcheck // told by its type
	}
	for i, cmd := range asked {
		if status, is := cmd.(*redis.StatusCmd); is && status.Val() != "none" {
			kinds[i] = typeNamed(types, status.Val())
		}
	}
	at := make([]int, 0, len(keys))
	asked, err = r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, t := range kinds {
			switch {
			case t == nil || t.sizes == "":
				continue
			case t.sizes == "MEMORY":
				p.Do(ctx, "MEMORY", "USAGE", keys[i])
			default:
				p.Do(ctx, t.sizes, keys[i])
			}
			at = append(at, i)
		}
		return nil
	})
	if err != nil && !errors.As(err, new(redis.Error)) {
		return nil, nil, err //nolint:wrapcheck // told by its type
	}
	for n, cmd := range asked {
		if size, is := cmd.(*redis.Cmd); is {
			sizes[at[n]], _ = size.Int64() // one that has become of another type, or is gone, has none
		}
	}
	return kinds, sizes, nil
}

func typeNamed(types *[]*keyType, name string) *keyType {
	for _, t := range *types {
		if t.name == name {
			return t
		}
	}
	t := &keyType{name: name, unit: "?"}
	*types = append(*types, t)
	return t
}

func (r *redisCall) sumUp(types []*keyType, sampled, length int64) error {
	var out strings.Builder
	fmt.Fprintf(&out, "\n-------- summary -------\n\nSampled %d keys in the keyspace!\nTotal key length in bytes is %d (avg len %.2f)\n\n", sampled, length, ratio(length, sampled))
	for _, t := range types {
		if t.biggest != "" {
			fmt.Fprintf(&out, "Biggest %6s found '%s' has %d %s\n", t.name, t.biggest, t.most, t.unit)
		}
	}
	out.WriteByte('\n')
	for _, t := range types {
		fmt.Fprintf(&out, "%d %ss with %d %s (%05.2f%% of keys, avg size %.2f)\n", t.count, t.name, t.total, t.unit, 100*ratio(t.count, sampled), ratio(t.total, t.count))
	}
	if _, err := fmt.Fprint(r.c.Stdout, out.String()); err != nil {
		return errDone
	}
	return nil
}

func ratio(part, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}
