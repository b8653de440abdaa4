// Package ports finds TCP ports that are free on the loopback address, takes them, and names the program that holds one that is not free.
//
// It must not know what a port is for.
package ports
