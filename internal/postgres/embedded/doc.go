// Package embedded owns a private PostgreSQL: it finds the server's programs on this machine, makes a cluster in a folder, runs it reachable through a Unix socket
// only, and ends it again — also the one that an earlier process left running when it was killed.
//
// It must not know what is stored in the cluster: migrations, pools and queries belong to its callers.
package embedded
