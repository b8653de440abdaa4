// Package incidents owns the incident: its number, title, severity and status, who leads
// and who responds, the notes, the playbooks that are attached to it and the offers to take
// it over. Every change is an event of the incident's timeline in the same transaction.
//
// It must not know how escalation counts, how symptoms are found, how runs work or how mail
// is sent: what it needs of them stands in the interfaces of service.go.
//
// Locks are taken in one order: symptoms, then the incident, then what hangs on the
// incident (attachments, handoffs, escalation).
package incidents
