package handlers

import (
	"strings"

	"wardroom/views"
)

// short is visible text for a place with little room, cut after most characters. The whole
// text is on the symptom's own page.
func short(text string, most int) string {
	runes := []rune(views.Visible(strings.Join(strings.Fields(text), " ")))
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}
