package shell

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

var redisCLI = &program{
	stop:  true,
	flags: flags("-h= -p= -n= -r= -i= -c --raw --no-raw --json --csv --no-auth-warning --scan --pattern= --count= --latency --latency-history --latency-dist --stat --bigkeys --memkeys --hotkeys --intrinsic-latency= --verbose -3 -2 -t= --rdb= --functions-rdb= --cluster= --cluster-yes --cluster-fix-with-unreachable-masters"),
	refused: map[string]string{
		"-a= --pass= -u= --user=": "credentials do not belong in a command", "--tls --insecure": "the environment says how to connect", "--cacert= --cert= --key=": "credentials come from the environment only",
	},
	opaque: map[string]string{ //nolint:gosec // names of flags, no credentials
		"--eval=": "the text does not tell what the script does", "--pipe -x -X=": "it sends whatever it is fed", "--askpass": "it asks at the keyboard",
	},
	effects: map[string]Class{"--latency": follows, "--latency-history": follows, "--latency-dist": follows, "--stat": follows},
	refine: func(s scope, c *call) Class {
		words := c.words()
		switch {
		case c.has("--cluster"):
			return redisCluster(c.values("--cluster")[0])
		case c.has("--rdb", "--functions-rdb"):
			return Class{Risk: Change, Why: "writes a copy of the data to a file", Refused: "redis-cli may not write files"}
		case len(words) > 0 && slices.ContainsFunc(c.values("-r"), func(times string) bool { return strings.HasPrefix(times, "-") }):
			return redisCommand(words).worst(follows)
		case len(words) > 0:
			return redisCommand(words)
		case c.has("--scan", "--latency", "--latency-history", "--latency-dist", "--stat", "--bigkeys", "--memkeys", "--hotkeys", "--intrinsic-latency"):
			return read("only looks at keys or times")
		case s.fed:
			return s.fedClass("redis-cli runs what it is fed", fedRedis)
		}
		return interactive("redis-cli without a command asks at the keyboard")
	},
}

// redisCluster is redis-cli --cluster VERB.
func redisCluster(verb string) Class {
	class := Class{Refused: "redis-cli may not manage a cluster; copy it and run it elsewhere"}
	switch verb {
	case "check", "info", "help":
		return class.worst(read("only asks the cluster's nodes"))
	case "fix", "del-node", "reshard", "rebalance", "import", "call":
		return class.worst(destroy("moves or drops keys of the whole cluster"))
	case "create", "add-node", "set-timeout", "backup":
		return class.worst(change("changes the cluster"))
	}
	return class.worst(unknown("no table tells what redis-cli --cluster does here"))
}

// redisTable says what a command of Redis does; "CONFIG GET" is a sub-command.
var redisTable = map[string]Class{}

func init() { //nolint:gochecknoinits // a table written as lists
	list := func(class Class, names string) {
		for name := range strings.SplitSeq(names, ",") {
			redisTable[strings.TrimSpace(name)] = class
		}
	}
	list(read("only reads"), `PING, INFO, DBSIZE, TIME, LASTSAVE, ROLE, ECHO, EXISTS, TYPE, TTL, PTTL, GET, MGET, STRLEN, GETRANGE, HGET, HMGET, HGETALL, HLEN, HKEYS, HVALS, HEXISTS,
		LLEN, LRANGE, LINDEX, SCARD, SMEMBERS, SISMEMBER, ZCARD, ZRANGE, ZSCORE, ZCOUNT, ZRANK, SCAN, HSCAN, SSCAN, ZSCAN, KEYS, RANDOMKEY, XLEN, XRANGE, XREVRANGE, XPENDING,
		XINFO STREAM, XINFO GROUPS, XINFO CONSUMERS, OBJECT ENCODING, OBJECT IDLETIME, OBJECT FREQ, OBJECT REFCOUNT, MEMORY USAGE, MEMORY STATS, MEMORY DOCTOR, SLOWLOG GET, SLOWLOG LEN,
		CLIENT LIST, CLIENT INFO, CLIENT GETNAME, CLIENT ID, LATENCY LATEST, LATENCY HISTORY, LATENCY DOCTOR, LATENCY GRAPH, CLUSTER INFO, CLUSTER NODES, CLUSTER SLOTS, CLUSTER SHARDS,
		COMMAND COUNT, COMMAND DOCS, COMMAND INFO, PUBSUB CHANNELS, PUBSUB NUMSUB, PUBSUB NUMPAT, MODULE LIST, ACL WHOAMI, ACL CAT, ACL LOG, BITCOUNT, PFCOUNT, GETBIT, LPOS, SINTER, SUNION, SDIFF, SMISMEMBER, SRANDMEMBER, HRANDFIELD, HSTRLEN, ZREVRANGE, ZRANGEBYSCORE, ZREVRANGEBYSCORE,
		ZREVRANK, ZMSCORE, ZLEXCOUNT, XREAD, EXPIRETIME, PEXPIRETIME, DUMP, WAIT, DEBUG OBJECT, EVAL_RO, FCALL_RO, COMMAND, COMMAND LIST, COMMAND GETKEYS, SELECT, HELLO, OBJECT HELP, MEMORY MALLOC-STATS, MEMORY HELP, CLIENT TRACKINGINFO, CLIENT GETREDIR,
		CLUSTER KEYSLOT, CLUSTER COUNTKEYSINSLOT, CLUSTER GETKEYSINSLOT, CLUSTER REPLICAS, CLUSTER SLAVES, CLUSTER MYID, CLUSTER LINKS, SCRIPT EXISTS, FUNCTION LIST, FUNCTION STATS, SORT_RO, GEOPOS, GEODIST, GEOSEARCH,
		BITFIELD_RO, GEORADIUS_RO, GEORADIUSBYMEMBER_RO, GEOHASH, LCS, ZINTER, ZUNION, ZDIFF, SINTERCARD, ZINTERCARD, LATENCY HISTOGRAM, XINFO HELP, SENTINEL MASTERS, SENTINEL MASTER, SENTINEL REPLICAS, SENTINEL SLAVES, SENTINEL SENTINELS, SENTINEL GET-MASTER-ADDR-BY-NAME, SENTINEL CKQUORUM, SENTINEL INFO-CACHE, SENTINEL MYID`)
	list(discloses("prints users and the hashes of their passwords"), "ACL LIST, ACL GETUSER")
	list(stream("shows every command as it comes until it is stopped"), "MONITOR, SUBSCRIBE, PSUBSCRIBE")
	list(change("changes how the server works, not its data"), `CONFIG RESETSTAT, CONFIG REWRITE, SLOWLOG RESET, LATENCY RESET, MEMORY PURGE, CLIENT KILL, CLIENT PAUSE, CLIENT UNPAUSE,
		CLIENT SETNAME, BGSAVE, SAVE, BGREWRITEAOF, PERSIST, CLUSTER FAILOVER, CLUSTER MEET, CLUSTER REPLICATE, CLUSTER ADDSLOTS, CLUSTER SETSLOT, ACL SETUSER, ACL SAVE, ACL LOAD, DEBUG SLEEP, CLIENT UNBLOCK, CLIENT NO-EVICT, CLIENT REPLY,
		SCRIPT LOAD, FUNCTION LOAD, SENTINEL FAILOVER, SENTINEL SET, SENTINEL MONITOR, SENTINEL FLUSHCONFIG, XGROUP CREATE, XGROUP SETID, XGROUP CREATECONSUMER, XREADGROUP, XCLAIM, XAUTOCLAIM, PUBLISH, SPUBLISH, MULTI, EXEC, DISCARD, WATCH, UNWATCH, TOUCH, CLIENT TRACKING`)
	list(change("adds to the data"), `LPUSH, RPUSH, LPUSHX, RPUSHX, SADD, ZADD, XADD, HSETNX, SETNX, MSETNX, INCR, INCRBY, INCRBYFLOAT, DECR, DECRBY, HINCRBY, ZINCRBY, APPEND, PFADD, GEOADD, COPY`)
	list(destroy("deletes or overwrites data"), `BITFIELD, GEORADIUS, GEORADIUSBYMEMBER, FLUSHALL, FLUSHDB, DEL, UNLINK, SET, SETEX, PSETEX, MSET, GETSET, GETDEL, GETEX, SETRANGE, SETBIT, EXPIRE, PEXPIRE, EXPIREAT,
		PEXPIREAT, RENAME, RENAMENX, RESTORE, MIGRATE, MOVE, SWAPDB, HSET, HMSET, HDEL, BLPOP, BRPOP, BLMOVE, LMOVE, RPOPLPUSH, LMPOP, ZMPOP, ZPOPMIN, ZPOPMAX, LPOP, RPOP, LREM, LTRIM, LSET, LINSERT, SREM, SPOP, SMOVE, ZREM, ZREMRANGEBYSCORE, ZREMRANGEBYRANK, XDEL, XTRIM, XACK,
		SHUTDOWN, DEBUG SEGFAULT, DEBUG RELOAD, DEBUG RESTART, DEBUG FLUSHALL, REPLICAOF, SLAVEOF, FAILOVER, CLUSTER RESET, CLUSTER FORGET, CLUSTER DELSLOTS, CLUSTER FLUSHSLOTS, XGROUP DESTROY, XGROUP DELCONSUMER, ACL DELUSER, SCRIPT FLUSH, FUNCTION FLUSH, FUNCTION DELETE, SENTINEL RESET, SENTINEL REMOVE`)
}

// redisCommand classes one command; what no table lists is unknown.
func redisCommand(words []string) Class {
	verb := strings.ToUpper(words[0])
	if dynamic(verb) {
		return unknown("the command for Redis is known only at run time")
	}
	if verb == "SORT" {
		for _, word := range words {
			if strings.EqualFold(word, "STORE") || dynamic(word) {
				return destroy("writes the result over another key")
			}
		}
		return read("only reads")
	}
	if (verb == "REPLICAOF" || verb == "SLAVEOF") && len(words) == 3 && strings.EqualFold(words[1]+words[2], "noone") {
		return change("makes a replica a primary of its own; its data stay")
	}
	if verb == "COPY" && slices.ContainsFunc(words[1:], func(word string) bool { return strings.EqualFold(word, "REPLACE") || dynamic(word) }) {
		return destroy("may overwrite a key")
	}
	if class, ok := redisTable[verb]; ok {
		return class
	}
	if verb == "EVAL" && len(words) > 1 {
		return redisScript(words[1])
	}
	if len(words) < 2 || dynamic(words[1]) {
		return unknown(fmt.Sprintf("what %s does here is not known", shown(verb)))
	}
	verb += " " + strings.ToUpper(words[1])
	switch verb {
	case "CONFIG GET":
		return redisConfigGet(words[2:])
	case "CONFIG SET":
		return redisConfigSet(words[2:])
	}
	if class, ok := redisTable[verb]; ok {
		return class
	}
	return unknown("no table tells what " + shown(verb) + " does in Redis")
}

var redisCalls = regexp.MustCompile(`redis\.p?call\(\s*['"]([A-Za-z]+)['"]\s*[,)]`)

// redisScript is EVAL: a call that is written out destroys when it does so outside of a script too. Nothing
// milder can be told: a script may work out what it calls.
func redisScript(script string) Class {
	for _, call := range redisCalls.FindAllStringSubmatch(script, -1) {
		if redisTable[strings.ToUpper(call[1])].Risk == Destroy {
			return destroy("the script deletes or overwrites data (" + strings.ToUpper(call[1]) + ")")
		}
	}
	return unknown("the text does not tell what the script does")
}

var redisSecrets = []string{"requirepass", "masterauth", "masteruser", "tls-key-file-pass", "tls-client-key-file-pass", "aclfile", "user"}

func redisConfigGet(patterns []string) Class {
	for _, pattern := range patterns {
		for _, secret := range redisSecrets {
			if match, err := path.Match(strings.ToLower(pattern), secret); match || err != nil || dynamic(pattern) {
				return discloses("prints the server's passwords")
			}
		}
	}
	return read("only reads settings")
}

// redisSettable are settings that can be set back and reach no file or program.
var redisSettable = map[string]bool{
	"maxmemory": true, "maxmemory-policy": true, "maxmemory-samples": true, "timeout": true, "tcp-keepalive": true, "maxclients": true, "slowlog-log-slower-than": true,
	"slowlog-max-len": true, "latency-monitor-threshold": true, "hz": true, "loglevel": true, "activedefrag": true, "lazyfree-lazy-eviction": true, "lazyfree-lazy-expire": true,
	"lazyfree-lazy-server-del": true, "notify-keyspace-events": true, "client-query-buffer-limit": true, "appendfsync": true,
}

func redisConfigSet(words []string) Class {
	for i := 0; i < len(words); i += 2 {
		if !redisSettable[strings.ToLower(words[i])] {
			return unknown("the setting " + shown(words[i]) + " may do more than can be undone")
		}
	}
	return change("changes a setting")
}
