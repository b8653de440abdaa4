// Package redisbroker carries doorbells and the output of runs between replicas, through
// Redis's publish and subscribe.
//
// It owns the connection to Redis and the form of the messages. Nothing is stored in Redis
// and nothing depends on it: while it is away each replica serves its own pages, and when it
// is back every doorbell is rung once, on all replicas, so that everything is read again
// from the database.
//
// It must not know what a topic or a frame means.
package redisbroker
