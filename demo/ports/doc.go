// Package ports finds TCP ports that are free on the loopback address, and names the program that holds one that is not.
//
// It must not know what a port is for.
package ports
