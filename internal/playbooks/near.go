package playbooks

import (
	"slices"
	"strings"
)

// maxWord bounds what is compared letter by letter.
const maxWord = 100

// nearest finds the word that somebody meant who wrote one that is wrong for certain, "" when none is
// near: two letters apart at most, one in short words.
func nearest(written string, words []string) string {
	best, least := "", 3
	for _, word := range words {
		if d := distance(strings.ToLower(written), strings.ToLower(word)); d < least && d <= max(1, min(len(word), len(written))/3) {
			best, least = word, d
		}
	}
	return best
}

// surely is nearest where other words are as right, so that only a slip of the pen counts: two
// neighbours swapped, in five letters or more one of them wrong, in eleven two. The first letter is right;
// a word that ends otherwise (services, reviewer) is another. The words are in small letters.
func surely(written string, words []string) string {
	lower := strings.ToLower(written)
	if slices.Contains(words, written) || lower == "" || strings.Trim(lower, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return ""
	}
	if slices.Contains(words, lower) {
		return lower
	}
	for _, word := range words {
		if lower[0] != word[0] || endsOtherwise(lower, word) {
			continue
		}
		switch d := distance(lower, word); {
		case d == 1 && (len(word) >= 5 || len(word) == len(lower) && sameLetters(lower, word)), d == 2 && len(word) >= 11:
			return word
		}
	}
	return ""
}

// endsOtherwise reports that a word goes on where the other ends, or has another last letter.
func endsOtherwise(written, word string) bool {
	return strings.HasPrefix(written, word) || len(written) == len(word) && written[:len(word)-1] == word[:len(word)-1]
}

func sameLetters(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// orMeant is the end of a sentence about a wrong word.
func orMeant(word string) string {
	if word == "" {
		return ""
	}
	return " – did you mean " + word + "?"
}

// distance counts the letters to add, to leave out, to replace or to swap with their neighbour that make b
// of a. It is 3 for three and more.
func distance(a, b string) int {
	const far = 3
	x, y := []rune(a), []rune(b)
	if len(x) > maxWord || len(y) > maxWord || max(len(x)-len(y), len(y)-len(x)) >= far {
		return far
	}
	rows := [3][]int{make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(x); i++ {
		above, row := rows[1], rows[2]
		row[0] = i
		least := i
		for j := 1; j <= len(y); j++ {
			replaced := above[j-1]
			if x[i-1] != y[j-1] {
				replaced++
			}
			row[j] = min(replaced, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], rows[0][j-2]+1)
			}
			least = min(least, row[j])
		}
		if least >= far {
			return far
		}
		rows[0], rows[1], rows[2] = rows[1], rows[2], rows[0]
	}
	return min(far, rows[1][len(y)])
}
