package ansi

// Replace gives the line with other text in place of the bytes from…to of its Text. The
// new text has the style of what it begins in; styles behind it stay as they are. The line
// itself stays whole.
func (l Line) Replace(from, to int, with string) Line {
	var all Line
	put := func(class, text string) {
		switch last := len(all) - 1; {
		case text == "":
		case last >= 0 && all[last].Class == class:
			all[last].Text += text
		default:
			all = append(all, Run{class, text})
		}
	}
	at, done := 0, false
	for _, r := range l {
		end := at + len(r.Text)
		put(r.Class, r.Text[:min(max(from-at, 0), len(r.Text))])
		if !done && from < end {
			put(r.Class, with)
			done = true
		}
		put(r.Class, r.Text[min(max(to-at, 0), len(r.Text)):])
		at = end
	}
	return all
}
