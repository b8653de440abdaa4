// Package supervisor owns the one process per run: Start is the server's side, Main is what `web run-child` does, Recover ends what an earlier server left behind.
//
// The child interprets a playbook command inside itself, so that a recursion, a memory bomb or a parser bomb kills the run and not the room. Every program start, file
// and network address passes one of its handlers; whatever it started is ended when the run ends, is stopped, takes too long, or when the server dies.
//
// It must not know incidents, users, playbooks or how output is stored: it gets a text, what was confirmed and what the environment permits, and it returns bytes.
package supervisor
