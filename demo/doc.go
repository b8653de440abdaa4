// Command demo starts Wardroom together with a small OctoLLM to watch, and everything both need, from one terminal; Ctrl-C ends it all. See package stack.
package main
