// Package timeline owns the incident's append-only ledger: the kinds of events, their
// per-incident sequence and the content table that holds what people wrote. Every
// service records through AppendTx inside its own transaction, so that a deed and its
// record are committed together. It must not know what the deeds mean.
package timeline
