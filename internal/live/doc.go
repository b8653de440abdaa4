// Package live tells the pages that are open what has changed.
//
// It owns topics, who is subscribed to them and with what focus, the doorbells
// of the server's own listeners, and one bounded outbox per client. Nothing in it
// ever waits for a client: what does not fit is dropped and said so, and the page
// repairs itself from the database, which is the truth.
//
// With several replicas each has a hub of its own; a Relay is its door to the others, and
// redisbroker carries what passes through it.
//
// It must not know what a frame says, how it is encoded, or that there are
// websockets: handlers keep the encoded bytes and a prepared value in the frame.
package live
