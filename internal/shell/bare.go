package shell

import (
	"regexp"
	"strings"
)

// Placeholders without a mark: capitals that can only stand for a name, a generated
// name whose end is crossed out, and a name in single braces.
var (
	capitals = regexp.MustCompile(`^[A-Z][A-Z0-9]*(?:[-_][A-Z0-9]+)*`)
	crossed  = regexp.MustCompile(`^[a-z][a-z0-9]*(?:-[a-z0-9]+)*-(?:x{4,}|X{4,})(?:-(?:x{4,}|X{4,}))*`)
	inBraces = regexp.MustCompile(`^\{[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*(\.[a-z]{2,4})?\}`)

	blanks = wordSet("NAMESPACE POD POD_NAME PODNAME NODE_NAME NODENAME NODE CONTAINER CONTAINER_NAME DEPLOYMENT INSTANCE HOSTNAME USERNAME " +
		"STATEFULSET DAEMONSET CRONJOB PVC")
	blankEnd = regexp.MustCompile(`_(?:NAME|NAMESPACE|ID|HOST|HOSTNAME|POD|NODE|CLUSTER|IP|ADDRESS)$|^(?:YOUR|MY)_`)
)

// notBlank are the words after which capitals are what they say: the name of a
// variable, or what is searched for.
var notBlank = wordSet("export unset local declare readonly read printenv env grep egrep fgrep for in case echo printf -e -E -F -i -v -w --env")

// bareAt gives the length of the placeholder without a mark that starts at i, or 0. It
// has to begin a word, or a part of one, outside quotes.
func bareAt(text string, i int) int {
	if i == 0 || strings.IndexByte(" \t\n/=:,@", text[i-1]) < 0 {
		return 0
	}
	rest := text[i:]
	switch c := rest[0]; {
	case c == '{':
		m := inBraces.FindStringSubmatch(rest)
		if m == nil || text[i-1] == '@' || m[1] != "" && strings.IndexByte("=:,", text[i-1]) >= 0 {
			return 0 // HEAD@{upstream} and jsonpath={status.phase} are none
		}
		return ended(rest, len(m[0]), " \t\n/:.,;)|&-`")
	case c >= 'a' && c <= 'z':
		if strings.Contains(strings.ToLower(rest[:min(len(rest), maxName)]), "-xxxx") {
			return ended(rest, len(crossed.FindString(rest)), " \t\n/:,;)|&`")
		}
	case c >= 'A' && c <= 'Z':
		n := len(capitals.FindString(rest))
		if n == 1 && strings.IndexByte("NMXYZ", c) >= 0 && text[i-1] == '=' && strings.HasPrefix(lastField(text[:i]), "--") { // --replicas=N, not --diff-filter=D
			return ended(rest, n, " \t\n;)|&`")
		}
		name := strings.ReplaceAll(rest[:n], "-", "_")
		if !blanks[name] && !blankEnd.MatchString(name) || notBlank[wordBefore(text[:i])] || strings.HasPrefix(rest[n:], ":.") {
			return 0
		}
		if next := rest[n:]; next == "-" || len(next) > 1 && next[0] == '-' && !wordByte(next[1]) {
			return 0 // VARIABLE- takes one away
		}
		return ended(rest, n, " \t\n/:.,;)|&-`")
	}
	return 0
}

// maxName bounds the look ahead for a name's crossed-out end.
const maxName = 253

// ended gives n when one of the bytes, or the end of the text, follows.
func ended(rest string, n int, bytes string) int {
	if n == 0 || n < len(rest) && strings.IndexByte(bytes, rest[n]) < 0 {
		return 0
	}
	return n
}

// lastField gives the word at the end of a text.
func lastField(text string) string { return text[strings.LastIndexAny(text, " \t\n")+1:] }

// wordBefore gives the word that ends where text does, empty in the middle of one.
func wordBefore(text string) string {
	trimmed := strings.TrimRight(text, " \t\n")
	if len(trimmed) == len(text) {
		return ""
	}
	return trimmed[strings.LastIndexAny(trimmed, " \t\n;|&(")+1:]
}
