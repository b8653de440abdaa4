// Package notify owns messages that leave Wardroom: how a mail is sent and what became
// of it. It must not know why a message is sent, nor who works the queue: internal/jobs
// calls Deliver.
//
// A delivery is a row. It is written in the transaction of the deed that it tells of,
// together with the job that sends it, so that neither exists without the other. Its
// text may hold a link that lets somebody in; therefore the job carries the delivery's
// id only, and the row's text is emptied in the same statement that records the outcome.
//
// Mail cannot be sent exactly once: a server may take a message and die before it says
// so. Such an attempt is repeated under the same Message-ID, which lets the receiver see
// one message. If no attempt gets an answer the outcome is unknown, and is shown so.
package notify
