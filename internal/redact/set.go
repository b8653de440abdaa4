package redact

import (
	"cmp"
	"slices"
	"strings"
)

// A Secret is a value that may not be seen, and the name that is shown in its place.
type Secret struct{ Name, Value string }

// MinLength is the length in bytes of the shortest value that can be kept out of a text:
// to hide a shorter one would hide half of every page.
const MinLength = 4

// A Span is a part of a text, by its bytes, and what is to be shown instead.
type Span struct {
	From, To int
	Mask     string
}

// Mask is what stands for a secret of this name.
func Mask(name string) string { return "‹" + name + "›" }

// Set finds secrets. It is safe for concurrent use; the zero value and nil find private
// keys only.
type Set struct {
	// starts has a bit for each pair of bytes with which a needle begins: nearly every place
	// of a text is dismissed by it alone.
	starts  [1 << 16 / 64]uint64
	needles map[[2]byte][]needle // the longest first

	// pieces are all parts of that length of long needles: a secret that was folded is on no
	// line as a whole. heads dismisses nearly every place, as starts does.
	pieces map[[pieceLength]byte]string
	heads  [1 << 16 / 64]uint64
}

// A needle of at least longNeedle bytes is also found in pieces, as base64 and fold make them.
const (
	pieceLength = 12
	longNeedle  = 32
)

type needle struct{ text, mask string }

// NewSet makes a set of secrets. A value of several lines is found line by line; what is
// shorter than MinLength is not looked for.
func NewSet(secrets ...Secret) *Set {
	s := &Set{needles: map[[2]byte][]needle{}, pieces: map[[pieceLength]byte]string{}}
	for _, secret := range secrets {
		for line := range strings.SplitSeq(secret.Value, "\n") {
			for _, form := range forms(strings.TrimSpace(line)) {
				s.add(needle{form, Mask(secret.Name)})
			}
		}
	}
	for _, list := range s.needles {
		slices.SortStableFunc(list, func(a, b needle) int { return cmp.Compare(len(b.text), len(a.text)) })
	}
	return s
}

func (s *Set) add(n needle) {
	if len(n.text) < MinLength {
		return
	}
	pair := [2]byte{n.text[0], n.text[1]}
	bit := uint16(pair[0])<<8 | uint16(pair[1])
	s.starts[bit/64] |= 1 << (bit % 64)
	s.needles[pair] = append(s.needles[pair], n)
	if len(n.text) < longNeedle {
		return
	}
	for i := range len(n.text) - pieceLength + 1 {
		piece := [pieceLength]byte([]byte(n.text[i:]))
		s.pieces[piece] = n.mask
		head := headOf(n.text[i:])
		s.heads[head/64] |= 1 << (head % 64)
	}
}

// headOf hashes the first four bytes.
func headOf(text string) uint16 {
	head := uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24
	return uint16(head * 0x9E3779B1 >> 16)
}

// Find lists the secrets in a text, in order and without overlaps.
func (s *Set) Find(text string) []Span {
	var spans []Span
	if s != nil && len(s.needles) > 0 {
		spans = append(s.known(text), s.folded(text)...)
	}
	return merge(append(spans, keys(text)...))
}

func (s *Set) known(text string) []Span {
	var spans []Span
	for i := 0; i+MinLength <= len(text); i++ {
		bit := uint16(text[i])<<8 | uint16(text[i+1])
		if s.starts[bit/64]&(1<<(bit%64)) == 0 {
			continue
		}
		if n, ok := s.at(text[i:]); ok {
			spans = append(spans, Span{i, i + len(n.text), n.mask})
			// What begins within it may reach further: a secret that holds another one's beginning.
		}
	}
	return spans
}

// folded finds pieces of long secrets.
func (s *Set) folded(text string) []Span {
	var spans []Span
	if len(s.pieces) == 0 {
		return nil
	}
	for i := 0; i+pieceLength <= len(text); i++ {
		if head := headOf(text[i:]); s.heads[head/64]&(1<<(head%64)) == 0 {
			continue
		}
		mask, found := s.pieces[[pieceLength]byte([]byte(text[i:i+pieceLength]))]
		if !found {
			continue
		}
		if last := len(spans) - 1; last >= 0 && i <= spans[last].To {
			spans[last].To = i + pieceLength
		} else {
			spans = append(spans, Span{i, i + pieceLength, mask})
		}
	}
	return spans
}

func (s *Set) at(text string) (needle, bool) {
	for _, n := range s.needles[[2]byte{text[0], text[1]}] {
		if strings.HasPrefix(text, n.text) {
			return n, true
		}
	}
	return needle{}, false
}

// merge joins spans that overlap; the one that begins first gives the mask.
func merge(spans []Span) []Span {
	slices.SortStableFunc(spans, func(a, b Span) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(b.To, a.To)) })
	var merged []Span
	for _, span := range spans {
		if last := len(merged) - 1; last >= 0 && span.From < merged[last].To {
			merged[last].To = max(merged[last].To, span.To)
			continue
		}
		merged = append(merged, span)
	}
	return merged
}

// Text is the text with its secrets masked.
func (s *Set) Text(text string) string {
	spans := s.Find(text)
	if len(spans) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, span := range spans {
		b.WriteString(text[at:span.From] + span.Mask)
		at = span.To
	}
	return b.String() + text[at:]
}

// Settled is how many bytes of the beginning of an unfinished text may be shown: the rest
// could still become a secret.
func (s *Set) Settled(text string) int {
	settled := len(text)
	if at := strings.LastIndex(text, begin); at >= 0 {
		settled = at
	}
	for i := range len(begin) {
		if i > 0 && strings.HasSuffix(text, begin[:i]) {
			settled = min(settled, len(text)-i)
		}
	}
	if s != nil {
		settled = min(settled, s.unfinished(text))
	}
	for _, span := range s.Find(text) {
		if span.From < settled && settled < span.To {
			return span.From
		}
	}
	return settled
}

// unfinished is where the longest beginning of a secret starts with which the text ends.
func (s *Set) unfinished(text string) int {
	from := len(text)
	for _, list := range s.needles {
		for _, n := range list {
			for i := min(len(n.text)-1, len(text)); i > 0; i-- {
				if strings.HasSuffix(text, n.text[:i]) {
					from = min(from, len(text)-i)
					break
				}
			}
		}
	}
	return from
}
