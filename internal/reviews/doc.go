// Package reviews writes the post-incident review out of what was recorded: facts,
// durations, timeline, runs with their output, the lanes of the chart and the Markdown
// export. It changes nothing, and it must not know how runs store their output: that comes
// through the Runs interface.
package reviews
