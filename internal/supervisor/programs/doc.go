// Package programs holds the programs that are built into the supervisor of a run, so that a host needs no client tools and no shell: small, correct subsets of the
// text tools that a pipeline needs, and network probes that reach only what the environment lists.
//
// A program gets all that it may touch in its Call: streams, the files of the scratch folder, a guarded network, and a way to start other programs that classes them
// first. It must not open files, dial, start processes or read the environment in any other way, and it must not know about runs or classes.
package programs
