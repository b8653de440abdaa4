// Command octollm is a small OctoLLM that can be broken on purpose: an orchestrator and six arms as processes of their own, with a database and a Redis of their own, and
// the tool that an operator has for them.
package main
