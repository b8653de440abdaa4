package authoring

import "strings"

// lineEnds undoes what forms do to text: they send every line's end as CR LF, and a text
// area has forgotten which they were. A line that was there before keeps its own end, a new
// one has that of most lines before.
func lineEnds(before, text string) string {
	text = plain(text)
	crlf := strings.Count(before, "\r\n")
	if crlf == 0 {
		return text
	}
	most := "\n"
	if 2*crlf > strings.Count(before, "\n") {
		most = "\r\n"
	}
	removed, added := map[int]bool{}, map[int]bool{}
	for _, row := range Diff(plain(before), text) {
		removed[row.Old] = removed[row.Old] || row.Kind == Removed
		added[row.New] = added[row.New] || row.Kind == Added
	}
	old := strings.SplitAfter(before, "\n")
	var b strings.Builder
	at := 0 // the line before that is next, from 0
	for i, line := range strings.SplitAfter(text, "\n") {
		body, ended := strings.CutSuffix(line, "\n")
		end := most
		if !added[i+1] {
			for removed[at+1] {
				at++
			}
			if at < len(old) && !strings.HasSuffix(old[at], "\r\n") {
				end = "\n"
			} else {
				end = "\r\n"
			}
			at++
		}
		if b.WriteString(body); ended {
			b.WriteString(end)
		}
	}
	return b.String()
}

// plain has LF behind every line.
func plain(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
